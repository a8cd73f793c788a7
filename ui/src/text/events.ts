/**
 * The words of the screen about domain events.
 *
 * **Invariant:** words only; a part of the one catalogue in `en.ts`.
 */
import type { CatalogState, FormInput, NotSent, SimulationFate, Undrawn } from '../bridge/generated';
import type { Teller } from '../state/simulator.svelte';
import { number } from './time';

const UNDRAWN: Record<Undrawn, string> = {
  anything: 'Anything may stand here: write it as JSON.',
  ownNames: 'Names of your own: write them as JSON.',
  unknown: 'This part of the schema cannot be drawn: write it as JSON.',
  tooMuch: 'This part of the schema is too large to be drawn: write it as JSON.',
};

const FORMATS: Record<string, string> = {
  uuid: 'UUID',
  'date-time': 'date and time, like 2026-11-21T14:00:00Z',
  date: 'date, like 2026-11-21',
  email: 'mail address',
  uri: 'address',
};

const NOT_SENT: Record<NotSent, string> = {
  offline:
    'Not sent: the server does not answer. It is not kept for later; send it again when you are online.',
  signedOut: 'Not sent: you are not signed in. It is not kept for later.',
  tooLarge: 'Not sent: the payload is larger than 48 KiB.',
  busy: 'Not sent: the server is busy. Send it again in a moment.',
};

function range({ least, most }: Extract<FormInput, { kind: 'number' }>): string {
  if (least !== null && most !== null) return ` from ${least} to ${most}`;
  if (least !== null) return ` from ${least}`;
  return most === null ? '' : ` up to ${most}`;
}

/** What may stand in a field, in a few words; `null` where the field says it itself. */
function inputWords(input: FormInput): string | null {
  switch (input.kind) {
    case 'text':
      return input.format === null ? null : (FORMATS[input.format] ?? input.format);
    case 'number':
      return `${input.whole ? 'whole number' : 'number'}${range(input)}`;
    case 'json':
      return UNDRAWN[input.why];
    default:
      return null;
  }
}

function fate(of: SimulationFate): { head: string; more: string } {
  switch (of.kind) {
    case 'sending':
      return { head: 'Sending…', more: '' };
    case 'notSent':
      return { head: NOT_SENT[of.why], more: '' };
    case 'unanswered':
      return {
        head: 'No answer: it may have been told or not.',
        more: 'Send it again as it is: it is told once at most. Or read the log below.',
      };
    case 'refused':
      return {
        head: of.reason,
        more: of.faults.length > 0 ? 'What is wrong stands at the fields.' : '',
      };
    case 'told':
      return { head: 'Told. Waiting for it in the server’s log…', more: '' };
    case 'arrived':
      return { head: 'Told, and in the server’s log.', more: '' };
    case 'notSeen':
      return {
        head: `Told, but not in the server’s log after ${number(of.seconds)} s.`,
        more: 'Read the log again in a while, or look whether the server is well.',
      };
  }
}

const STATES: Record<Exclude<CatalogState['kind'], 'known' | 'failed'>, { head: string; more: string }> = {
  loading: { head: 'Asking the server', more: '' },
  offline: { head: 'Not connected', more: 'The server is asked as soon as it answers.' },
  signedOut: { head: 'Not signed in', more: 'The server is asked once you are signed in.' },
  forbidden: {
    head: 'Not for your role',
    more: 'Events carry values of every ticket: they are for administrators and dispatchers who may see all boards.',
  },
  missing: {
    head: 'This server has no events',
    more: 'A stock server knows neither a catalogue nor a log of them.',
  },
};

const state = (of: CatalogState): { head: string; more: string } => {
  if (of.kind === 'failed') return { head: 'The server could not say', more: of.reason };
  return of.kind === 'known' ? { head: '', more: '' } : STATES[of.kind];
};

export const events = {
  label: 'Events',
  list: 'Kinds of event',
  reach: {
    offline: 'Offline. Events are sent now or not at all: none is kept for later.',
    signedOut: 'Not signed in. Events are sent now or not at all: none is kept for later.',
  },
  search: 'Search events',
  searchHint: 'Search name, type, domain, sentence',
  teller: 'Told by',
  tellers: { all: 'All', server: 'Sent by the server', simulated: 'Catalogue only' } satisfies Record<
    Teller,
    string
  >,
  domain: 'Domain',
  everyDomain: 'All',
  total: (shown: number, all: number, more: number) => {
    const of = shown === all ? number(all) : `${number(shown)} of ${number(all)}`;
    return more === 0 ? of : `${of} (${number(more)} more are not listed)`;
  },
  state,
  retry: 'Ask again',
  noMatchHead: 'No event matches',
  noMatch: 'Clear the search and the filters to see every event.',
  everything: 'Show all events',
  chooseHead: 'Choose an event',
  choose: 'Its form comes here: fill it in, send it, and see it arrive. Nothing of it happens to any ticket.',
  emitted: 'sent by the server',
  catalogOnly: 'catalogue only',
  kind: (name: string, domain: string, emitted: boolean) =>
    `${name}, ${domain}, ${emitted ? 'sent by the server' : 'catalogue only'}`,
  form: 'Payload',
  formLoading: 'Fetching the form',
  required: 'must be given',
  must: '* must be given',
  filled: 'the server fills it in',
  anew: 'Fill in anew',
  input: inputWords,
  notGiven: 'not given',
  yes: 'true',
  no: 'false',
  nothing: 'null',
  asNull: (name: string) => `${name} is null`,
  give: (name: string) => `Add ${name}`,
  leaveOut: (name: string) => `Leave ${name} out`,
  add: 'Add one',
  remove: (place: number) => `Remove ${number(place)}`,
  item: (place: number) => number(place),
  most: (most: number) => `A form holds ${number(most)} at most.`,
  notJson: 'This is no JSON.',
  notObject: 'This is no JSON object.',
  send: 'Send simulated event',
  another: 'Send another one',
  consequence: 'Told to every webhook, stream and subscriber, and marked as simulated.',
  fate,
  simulated: 'simulated',
  notSimulated: 'not marked as simulated',
  log: 'In the server’s log',
  logHint: 'the newest of this kind, as the server has told them',
  logEmpty: 'The log has none of this kind.',
  readAgain: 'Read again',
  justSent: 'just sent',
  place: (place: number) => `no. ${number(place)}`,
  key: (key: string) => `key ${key}`,
  payload: 'Payload',
  settings: 'Every event that the server can tell of, and a form to have one told of which nothing happened.',
  open: 'Open the events',
} as const;
