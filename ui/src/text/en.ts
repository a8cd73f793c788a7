/**
 * Every word that the window says (CO-21).
 *
 * **Invariant:** no file outside of this folder holds a sentence for people, and all of them are reached from here.
 */
import type {
  Face,
  FieldName,
  Grouping,
  Heading,
  Lack,
  LinkView,
  OpenFilter,
  SetupCode,
  Severity,
  Slack,
  TicketView,
  ViewRefusal,
} from '../bridge/generated';
import { SAVED_NAME_MAX } from '../bridge/generated';
import type { Trouble } from '../state/commander.svelte';
import type { Told } from '../state/notices.svelte';
import type { Density, Theme } from '../state/taste.svelte';
import { ACTIONS, GROUPS, VERBS } from './actions';
import { BOARD, COLUMNS } from './board';
import { CONNECT, PLUG } from './connect';
import * as alerts from './alerts';
import { events } from './events';
import { FIELDS } from './fields';
import { number, timeOfDay } from './time';
import { plans } from './plans';
import * as work from './work';

const SLACK: Record<Slack, string> = {
  breached: 'Breached',
  hour: 'Within the hour',
  today: 'Today',
  later: 'Later',
  untimed: 'No target',
};

const SEVERITY: Record<Severity, { code: string; word: string }> = {
  critical: { code: 'P1', word: 'Critical' },
  high: { code: 'P2', word: 'High' },
  normal: { code: 'P3', word: 'Normal' },
  low: { code: 'P4', word: 'Low' },
};

/** What tickets under a heading without a name lack. */
const NAMELESS = { status: 'No status', assignee: 'Nobody', client: 'No client', team: 'No team' };

function heading(of: Heading): string {
  switch (of.kind) {
    case 'due':
      return SLACK[of.value];
    case 'priority':
      return SEVERITY[of.value].word;
    default:
      return of.value ?? NAMELESS[of.kind];
  }
}

function whyNotKept(why: ViewRefusal): string {
  switch (why.kind) {
    case 'nameless':
      return 'It needs a name.';
    case 'longName':
      return `Its name is longer than ${number(SAVED_NAME_MAX)} characters.`;
    case 'nameTaken':
      return 'Another view has that name.';
    case 'tooMany':
      return `There are ${number(why.most)} saved views already. Delete one first.`;
    case 'gone':
      return 'It was deleted meanwhile.';
    case 'disk':
      return `${why.reason}. Make room on the disk, then save it again.`;
  }
}

const field = (name: FieldName): string => FIELDS[name];

const list = (names: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'conjunction' }).format(names);

/** How the program stands with the server: a tone for the eye, words for everybody. */
export type LinkTone = 'live' | 'waiting' | 'down' | 'offline' | 'signedOut';

function linkState({ live, reach }: LinkView): { tone: LinkTone; words: string } {
  if (reach === 'signedOut') return { tone: 'signedOut', words: 'Not signed in' };
  if (reach === 'down') return { tone: 'offline', words: 'Offline: changes are kept and will be sent' };
  switch (live) {
    case 'live':
      return { tone: 'live', words: 'Live' };
    case 'connecting':
      return { tone: 'waiting', words: 'Connecting…' };
    case 'reconnecting':
      return { tone: 'waiting', words: 'Live updates offline — reconnecting…' };
    case 'unavailable':
      return { tone: 'down', words: 'Live updates unavailable' };
  }
}

function told(notice: Told): { head: string; more: string } {
  switch (notice.kind) {
    case 'changed': {
      const [first = 'title', ...others] = notice.fields;
      const more = others.length === 0 ? '' : ` and ${number(others.length)} more`;
      return { head: `${notice.who} updated ${field(first)}${more}`, more: notice.number };
    }
    case 'notStored':
      return {
        head: `Your change to ${notice.number} could not be kept`,
        more: `${notice.reason}. Nothing was sent. Make room on the disk, then make the change again.`,
      };
    case 'viewNotKept':
      return {
        head: notice.name === '' ? 'The view was not saved' : `The view “${notice.name}” was not saved`,
        more: whyNotKept(notice.why),
      };
    case 'unsent':
      return {
        head: 'Not signed out: work would be lost',
        more: `Not sent yet: ${number(notice.edits)} changes, ${number(notice.drafts)} drafts.`,
      };
    case 'signedOut':
      return {
        head: 'Signed out',
        more:
          notice.trouble === null
            ? 'Nothing of this account is left on this machine.'
            : `Not everything could be erased from this machine: ${notice.trouble}.`,
      };
    case 'did':
      return { head: `${field(notice.field)}: ${notice.value}`, more: notice.number };
    case 'broke':
      return {
        head: 'A part of Callboard broke',
        more: `What was saved or queued is safe. If something does not go on, start Callboard anew. The details are in ${notice.log}.`,
      };
    case 'lacks':
      return { ...LACKS[notice.what], more: `${LACKS[notice.what].more} ${notice.reason}` };
    case 'setAside':
      return {
        head: 'The list of unsent changes could not be read',
        more: `It was set aside, and a fresh one begun. ${notice.reason}`,
      };
    case 'notSent':
      return {
        head: 'That did not reach the program',
        more: `${notice.reason}. What was saved or queued before is safe. Try again; if it stays so, start Callboard anew.`,
      };
  }
}

const LACKS: Record<Lack, { head: string; more: string }> = {
  toasts: {
    head: 'This machine shows no notifications',
    more: 'What calls you is in this window and in Activity only.',
  },
  tray: {
    head: 'This desktop shows no tray icons',
    more: 'Callboard ends when its last window is closed.',
  },
  keyring: {
    head: 'This machine has no keyring',
    more: 'Your key is kept until Callboard ends, and asked for again at the next start.',
  },
  sound: {
    head: 'This machine plays no sounds',
    more: 'What calls you is seen and not heard.',
  },
};

const SETUP: Record<Exclude<SetupCode, 'outboxSetAside'>, { head: string; next: string }> = {
  firstStart: {
    head: 'Welcome',
    next: 'Connect to your server, or try Callboard here.',
  },
  missingServer: {
    head: 'Which server?',
    next: 'Start Callboard again with the address of your server.',
  },
  missingKey: { head: 'No key yet', next: 'Connect again with your API key, or try Callboard here.' },
  badServer: {
    head: 'That address cannot be used',
    next: 'Check the address of the server and start again.',
  },
  badKey: { head: 'That key cannot be used', next: 'Check your API key and start again.' },
  profileInUse: {
    head: 'Callboard is already open',
    next: 'Use the window that is open, or close it and start again.',
  },
  badProfile: {
    head: 'The files of this profile cannot be used',
    next: 'Nothing in them was changed. Make them readable, or start with another profile.',
  },
  badOption: {
    head: 'One of the options cannot be used',
    next: 'Put it right, or leave it out, and start again.',
  },
  machine: {
    head: 'Something is missing on this machine',
    next: 'Put it right and start again, or choose another way.',
  },
};

function facesSummary(faces: readonly Face[]): string {
  return faces
    .map((face) => {
      const since = timeOfDay(face.since);
      if (face.state === 'unknown') return `${face.name} (not known since ${since} whether still here)`;
      if (face.state === 'idle') return `${face.name} (idle since ${since})`;
      return face.editing ? `${face.name} (editing ${field(face.editing)})` : face.name;
    })
    .join(', ');
}

const TROUBLE: Record<Trouble, string> = {
  noVerb: 'No command begins so.',
  noTicket: 'No ticket holds that.',
  noTicketHere: 'No ticket is open, and the keyboard is on none.',
  noValue: 'Nothing by that name can be chosen here.',
  noChoices: 'This cannot be chosen on that ticket.',
  lost: 'That ticket is out of reach: it was deleted, or you may no longer see it.',
  conflict: 'Somebody changed this too: open the ticket and decide.',
  same: 'It stands so already.',
  notYet: 'Type what to look for.',
};

export const text = {
  product: 'Callboard',
  title: (ticket: TicketView | null) => {
    // Of a ticket's fields the title is the first.
    const name = ticket?.fields[0]?.shown.label ?? '';
    return ticket === null ? 'Callboard' : `${ticket.number} ${name} · Callboard`;
  },
  field,
  severity: SEVERITY,
  slack: SLACK,
  nothing: '—',
  nobody: 'None',
  heading,

  ...work,
  ...alerts,
  events,
  plans,

  rail: {
    label: 'Main',
    rows: (density: Density) => `Row height: ${density}`,
    theme: (theme: Theme) => (theme === 'dark' ? 'Switch to light theme' : 'Switch to dark theme'),
    quiet: (on: boolean) => (on ? 'You are not shown to others' : 'Others see where you are'),
    singleKeys: (on: boolean) => (on ? 'Single-key shortcuts are on' : 'Single-key shortcuts are off'),
  },
  columns: COLUMNS,
  connect: CONNECT,
  plug: PLUG,
  ...BOARD,
  board: {
    label: 'Tickets',
    noMatchHead: 'No ticket matches',
    noMatch: 'Clear the search and the filters to see every open ticket.',
    clear: 'Clear search and filters',
    emptyHead: 'No open tickets',
    empty: 'A new ticket appears here by itself as soon as it is created.',
    waitingHead: 'Not connected yet',
    waiting: 'The board fills by itself when the server answers.',
    loading: 'Loading the board',
    edit: (what: string, ticket: string) => `${what} of ${ticket}`,
  },
  search: { label: 'Search tickets', hint: 'Search number, title, client, assignee', clear: 'Clear search' },
  filter: {
    board: 'Board',
    everyBoard: 'All',
    open: 'Show',
    opens: { open: 'Open', closed: 'Closed', all: 'All' } satisfies Record<OpenFilter, string>,
    group: 'Group',
    groups: {
      due: 'SLA',
      status: 'Status',
      assignee: 'Assignee',
      priority: 'Priority',
      client: 'Client',
      team: 'Team',
      none: 'None',
    } satisfies Record<Grouping, string>,
  },
  picker: {
    find: (label: string) => `${label}: type to find…`,
    none: 'Nothing by that name',
  },
  faces: { summary: facesSummary, more: (count: number) => `+${number(count)}` },
  unsent: { queued: 'Queued', needsYou: 'Needs you' },

  ticket: {
    label: (ticket: string) => `Ticket ${ticket}`,
    close: 'Close',
    ownWindow: 'Open in a window of its own',
    watch: (on: boolean) => (on ? 'You watch this ticket' : 'Watch this ticket'),
    here: (faces: readonly Face[]) => `Here now: ${facesSummary(faces)}`,
    loading: 'Fetching the ticket',
    nobody: 'Nobody else is here',
    left: (at: string) => `left · due ${at}`,
    over: (at: string) => `breached ${at}`,
    lostHead: 'This ticket is out of reach',
    lost: 'It was deleted, or you may no longer see it. Nothing of yours was lost: what was not sent stands below.',
    fetched: (at: string) => `As of ${at}. Later changes are not shown until live updates are back.`,
    followed: (at: string) => `Followed live · last told ${at}`,
  },
  state: {
    saved: (at: string) => `saved ${at}`,
    draft: 'Not saved yet',
    draftSave: 'save',
    draftDrop: 'drop',
    queuedOffline: 'Queued · will be sent when you are back online',
    queuedSignedOut: 'Queued · will be sent when you are signed in',
    queued: 'Queued · sent in a moment',
    sending: 'Sending…',
    refused: 'Refused',
    retry: 'Retry',
    discard: 'Discard',
    editing: (names: readonly string[]) => `${list(names)} ${names.length === 1 ? 'is' : 'are'} editing`,
  },
  conflict: {
    somebody: 'Somebody',
    setThis: 'set this',
    whileTyping: 'while you were editing.',
    beforeSaved: 'before yours was saved.',
    keep: 'Keep yours',
    take: 'Take theirs',
    label: (name: FieldName) => `${field(name)}: two values, one decision`,
    announce: (name: FieldName) => `${field(name)} needs your decision`,
  },
  link: {
    state: linkState,
    lag: (ms: number) => `${number(ms)} ms`,
    retry: 'Retry',
    bestEffort: 'best effort',
    bestEffortWhy:
      'This server counts no versions: values are compared just before each save, and changes may be missed.',
    polling: 'asking every 30 s',
    quiet: 'not shown to others',
  },
  disk: {
    words: { full: 'Disk full: nothing you type is kept', failing: 'Disk broken: nothing you type is kept' },
    why: 'Edits are not taken, and drafts are lost when the program ends, until there is room again.',
  },
  counts: {
    tickets: (count: number) => (count === 1 ? 'ticket' : 'tickets'),
    critical: 'critical',
    unassigned: 'unassigned',
    needsYou: (count: number) => (count === 1 ? 'needs you' : 'need you'),
    queued: 'queued',
    unread: 'unread',
    rooms: 'Rooms',
    lag: 'lag',
    clock: 'Server clock',
    skew: (ms: number) => `server clock ${ms > 0 ? '+' : '−'}${(Math.abs(ms) / 1000).toFixed(1)} s`,
  },
  actions: ACTIONS,
  palette: {
    label: 'Find anything',
    hint: 'A ticket, a person, a view, an action — or / for a command',
    offers: 'Offers',
    actions: 'Actions',
    boards: 'Boards',
    people: 'Tickets of',
    ticketsOf: (count: number) => (count === 1 ? '1 ticket' : `${number(count)} tickets`),
    tickets: 'Tickets',
    verbs: 'Commands',
    deed: 'Ready',
    values: (name: FieldName, ticket: string, now: string) => `${field(name)} of ${ticket}, now ${now}`,
    here: 'this ticket',
    open: 'Open',
    find: 'Search the board for',
    becomes: 'becomes',
    did: (name: FieldName, ticket: string, value: string) => `${field(name)} of ${ticket}: ${value}`,
    looking: 'Looking…',
    none: 'Nothing by that name',
    choose: 'choose',
    complete: 'complete',
    go: 'go',
    command: 'command',
  },
  command: {
    verbs: VERBS,
    trouble: TROUBLE,
    manyVerbs: 'Which command?',
    whichTicket: 'Which ticket? Its number, or a word of its title.',
    manyTickets: (count: number) =>
      count === 1 ? 'One ticket holds that. Tab takes it.' : `${number(count)} tickets hold that. Which?`,
    manyValues: (count: number) =>
      count === 1 ? 'One fits. Tab takes it.' : `${number(count)} to choose from. Which?`,
  },
  keys: {
    label: 'Keys',
    groups: GROUPS,
    commands: 'Commands',
    single: 'Single-key shortcuts',
    singleHint: 'Off: only keys with Ctrl or Alt, and function keys, do anything. F1 opens this sheet.',
    lists: 'In lists: the arrows, Page Up and Page Down, Home and End move; Enter takes; Esc leaves.',
    change: (action: string, key: string) => `${action}: ${key}. Change the key`,
    press: 'Press a key…',
    none: 'no key',
    taken: (key: string, action: string) => `${key} is taken: ${action}`,
    needed: (key: string) => `${key} is needed for moving about`,
    reset: (action: string) => `${action}: back to its first key`,
    resetAll: 'Reset all keys',
    done: 'Done',
  },
  setup: (code: SetupCode) => (code === 'outboxSetAside' ? SETUP.machine : SETUP[code]),
  notice: { told, close: 'Put away', region: 'Notices' },
} as const;
