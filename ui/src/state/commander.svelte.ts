/**
 * The command line as it stands: what of it is settled, what may be chosen next, and what Enter would do.
 *
 * **Invariant:** nothing is ready to be done that could have meant anything else; what is ready names its ticket by id.
 */
import type { Choice, FieldName, FieldView, Row } from '../bridge/generated';
import {
  THIS_TICKET,
  isCommand,
  named,
  read,
  ticketNamed,
  valueNamed,
  valuesFor,
  type Reading,
  type VerbId,
} from './command-line';
import type { Console } from './console.svelte';
import type { Over } from './over.svelte';

/** A ticket that a line names. */
export interface Target {
  ticket: string;
  number: string;
  title: string;
}

export type Deed =
  | { do: 'set'; target: Target; field: FieldName; from: Choice; to: Choice }
  | { do: 'open'; target: Target }
  | { do: 'find'; words: string };

export type Trouble =
  'noVerb' | 'noTicket' | 'noTicketHere' | 'noValue' | 'noChoices' | 'lost' | 'conflict' | 'same' | 'notYet';

export type Outcome =
  | { is: 'verbs'; verbs: readonly VerbId[] }
  | { is: 'tickets'; verb: VerbId; rows: readonly Row[]; total: number }
  | { is: 'values'; verb: VerbId; target: Target; view: FieldView; choices: readonly Choice[] }
  | { is: 'ready'; deed: Deed }
  | { is: 'trouble'; why: Trouble }
  | { is: 'waiting' };

export class Commander {
  readonly #over: Over;
  readonly #on: Pick<Console, 'finder' | 'ticket' | 'cursor' | 'board'>;

  constructor(over: Over, on: Pick<Console, 'finder' | 'ticket' | 'cursor' | 'board'>) {
    this.#over = over;
    this.#on = on;
  }

  readonly reading: Reading | null = $derived.by(() =>
    this.#over.open === 'palette' && isCommand(this.#over.line) ? read(this.#over.line) : null,
  );

  /** The words by which tickets are to be found. */
  readonly asks: string | null = $derived.by(() => {
    if (this.#over.open !== 'palette') return null;
    const { reading } = this;
    if (reading === null) return this.#over.line;
    const named = reading.at === 'ticket' || reading.at === 'value' ? reading.ticket : '';
    return named === THIS_TICKET ? null : named;
  });

  /** The ticket that the line names for certain. */
  readonly target: Target | null = $derived.by(() => {
    const { reading } = this;
    if (reading?.at !== 'ticket' && reading?.at !== 'value') return null;
    if (reading.ticket === THIS_TICKET) return this.here;
    const { rows, total, words } = this.#on.finder;
    // An answer to other words says nothing of these.
    return words === reading.ticket ? ticketNamed(reading.ticket, rows, rows.length === total) : null;
  });

  /** The ticket that lies open, or that the keyboard is on. */
  readonly here: Target | null = $derived.by(() => {
    const { ticket, cursor, board } = this.#on;
    if (ticket.view) {
      const title = ticket.view.fields.find(({ field }) => field === 'title')?.shown.label ?? '';
      return { ticket: ticket.view.ticket, number: ticket.view.number, title };
    }
    if (ticket.id !== null) return null;
    const line = cursor.ticket === null ? undefined : board.lineAt(board.placeOf(cursor.ticket));
    return line?.kind === 'ticket' ? line : null;
  });

  /** The ticket of which the values are needed: it is named, and the line has gone on from it. */
  readonly needs: { ticket: string; field: FieldName } | null = $derived.by(() => {
    const { reading, target } = this;
    return reading?.at === 'value' && target ? { ticket: target.ticket, field: reading.field } : null;
  });

  readonly outcome: Outcome | null = $derived.by(() => {
    const { reading } = this;
    if (reading === null) return null;
    switch (reading.at) {
      case 'verb':
        return reading.verbs.length > 0 ? { is: 'verbs', verbs: reading.verbs } : trouble('noVerb');
      case 'words':
        return reading.words === ''
          ? trouble('notYet')
          : { is: 'ready', deed: { do: 'find', words: reading.words } };
      default:
        return this.#ofTicket(reading);
    }
  });

  #ofTicket(reading: Extract<Reading, { at: 'ticket' | 'value' }>): Outcome {
    const { target } = this;
    if (target === null) return this.#tickets(reading);
    if (reading.at === 'value') return this.#ofValue(reading, target);
    if (reading.verb === 'open') return { is: 'ready', deed: { do: 'open', target } };
    return this.#tickets(reading);
  }

  #tickets({ verb, ticket }: { verb: VerbId; ticket: string }): Outcome {
    if (ticket === THIS_TICKET && this.here === null) return trouble('noTicketHere');
    if (ticket === '' || ticket === THIS_TICKET) return { is: 'tickets', verb, rows: [], total: 0 };
    const { finder } = this.#on;
    if (finder.isWaiting || finder.words !== ticket) return { is: 'waiting' };
    if (finder.total === 0) return trouble('noTicket');
    return { is: 'tickets', verb, rows: finder.rows, total: finder.total };
  }

  #ofValue(reading: Extract<Reading, { at: 'value' }>, target: Target): Outcome {
    const opened = this.#on.ticket.viewOf(target.ticket);
    if (opened === null) return { is: 'waiting' };
    if (opened.access === 'lost') return trouble('lost');
    const view = opened.fields.find(({ field }) => field === reading.field);
    if (!view?.choices) return trouble('noChoices');
    if (view.state.kind === 'conflict') return trouble('conflict');
    const choices = named(view.choices);
    const to = valueNamed(reading.value, choices);
    if (to?.value === view.shown.value) return trouble('same');
    if (to) {
      const [from = view.shown] = named([view.shown]);
      return { is: 'ready', deed: { do: 'set', target, field: reading.field, from, to } };
    }
    const fitting = valuesFor(reading.value, choices);
    if (fitting.length === 0) return trouble('noValue');
    return { is: 'values', verb: reading.verb, target, view, choices: fitting };
  }
}

function trouble(why: Trouble): Outcome {
  return { is: 'trouble', why };
}
