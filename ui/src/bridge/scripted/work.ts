/**
 * What the made-up program tells of the person's own work: what needs them, the outbox, comments, many tickets at once.
 *
 * **Invariant:** the lists follow from the made-up tickets' states, as the program's follow from its own.
 */
import type {
  About,
  Choice,
  CommentView,
  Command,
  FieldName,
  NeedsItem,
  OutboxItem,
  PendingComment,
  SentItem,
  UndoView,
  Update,
  Value,
  VerdictKind,
} from '../generated';
import { ME, PEOPLE, PRIORITIES, STATUSES } from './people';
import type { Scene } from './scenes';
import { SAYINGS } from './sayings';
import type { Made } from './tickets';

const MINUTE = 60_000;
const SAID_AFTER_MS = 700;

const about = (made: Made): About => ({
  ticket: made.id,
  number: made.number,
  title: made.values.title.label,
});
const words = (label: string): Choice => ({ value: label || null, label, tone: null, severity: null });

function pick<T>(from: readonly T[], place: number): T {
  const found = from[place % from.length];
  if (found === undefined) throw new RangeError('an empty list to pick from');
  return found;
}

/** What stood there before anybody changed it. */
function baseOf(made: Made, field: FieldName): Choice {
  if (field === 'priority_id') return pick(PRIORITIES, 2);
  if (field === 'status_id') return pick(STATUSES, 0);
  return field === 'title' ? made.values.title : words('');
}

export interface Hands {
  tell: (update: Update) => void;
  /** Chooses a value, as a person does; `null` where it came to nothing, and why. */
  choose: (ticket: string, field: FieldName, value: Value) => string | null;
  refresh: () => void;
}

export class MadeWork {
  readonly #tickets: readonly Made[];
  readonly #scene: Scene;
  readonly #now: () => number;
  readonly #hands: Hands;
  #open = { needs: false, outbox: false };
  #sent: SentItem[] = [];
  #undo: UndoView | null = null;
  #pending = new Map<string, PendingComment[]>();
  #said = new Map<string, CommentView[]>();
  #count = 0;

  constructor(tickets: readonly Made[], scene: Scene, now: () => number, hands: Hands) {
    this.#tickets = tickets;
    this.#scene = scene;
    this.#now = now;
    this.#hands = hands;
    if (scene.name === 'work' || scene.name === 'offline') this.#dress();
  }

  /** Takes a command; false where it is about something else. */
  take(command: Command): boolean {
    switch (command.do) {
      case 'openNeeds':
      case 'closeNeeds':
        this.#open.needs = command.do === 'openNeeds';
        break;
      case 'openOutbox':
      case 'closeOutbox':
        this.#open.outbox = command.do === 'openOutbox';
        break;
      case 'undo':
        this.#undo = null;
        break;
      case 'comment':
        this.#say(command.ticket, command.text, command.visibility);
        break;
      case 'retryComment':
      case 'dropComment':
        this.#settle(command.saying, command.do === 'retryComment');
        break;
      case 'draftComment': {
        const { ticket, text, visibility } = command;
        const draft = text.trim() === '' ? null : { text, visibility, kept: true };
        this.#hands.tell({ is: 'composer', value: { ticket, draft } });
        break;
      }
      case 'moreComments':
        break;
      case 'bulk':
        this.#many(command);
        break;
      case 'closeBulk':
        break;
      default:
        return false;
    }
    this.tell();
    return true;
  }

  /** A decision was taken: it can be taken back. */
  decided(made: Made, field: FieldName, verdict: VerdictKind): void {
    this.#undo = { decision: `d${this.#count++}`, about: about(made), field, verdict, at: this.#now() };
  }

  /** Something was confirmed. */
  saved(made: Made, field: FieldName, to: Choice): void {
    const from = baseOf(made, field);
    this.#sent = [
      { about: about(made), change: { kind: 'field', field, from, to }, at: this.#now() },
      ...this.#sent,
    ];
  }

  /** Tells the lists that are open. */
  tell(): void {
    if (this.#scene.name === 'loading') return;
    if (this.#open.needs) this.#hands.tell({ is: 'needs', value: this.#needs() });
    if (this.#open.outbox) this.#hands.tell({ is: 'outbox', value: this.#outbox() });
  }

  talk(ticket: string): void {
    const at = this.#tickets.findIndex((made) => made.id === ticket);
    this.#said.set(ticket, this.#said.get(ticket) ?? madeTalk(at, this.#now()));
    this.#hands.tell({
      is: 'comments',
      value: {
        ticket,
        comments: this.#said.get(ticket) ?? [],
        older: at === 0 ? 'more' : 'nothing',
        asOf: this.#scene.name === 'loading' ? null : this.#now() - MINUTE,
        pending: this.#pending.get(ticket) ?? [],
      },
    });
  }

  #needs() {
    const items = this.#tickets.flatMap((made, place) =>
      Object.entries(made.states).flatMap(([name, state]): NeedsItem[] => {
        const field = name as FieldName;
        const shown = made.values[field as keyof Made['values']] ?? words('');
        const base = baseOf(made, field);
        const at = this.#now() - (place + 1) * MINUTE;
        if (state?.kind === 'conflict')
          return [
            {
              about: about(made),
              field,
              base,
              mine: state.mine,
              theirs: state.theirs,
              by: state.by,
              at: state.at,
              need: { kind: 'conflict', draft: state.draft },
            },
          ];
        if (state?.kind !== 'refused') return [];
        const need = { kind: 'refused', reason: state.reason } as const;
        return [{ about: about(made), field, base, mine: shown, theirs: base, by: null, at, need }];
      }),
    );
    const comments = this.#waiting().filter(
      ({ change, state }) => change.kind === 'comment' && state.kind === 'refused',
    );
    return { items, comments, total: items.length + comments.length, undo: this.#undo };
  }

  #waiting(): OutboxItem[] {
    const fields = this.#tickets.flatMap((made, place) =>
      Object.entries(made.states).flatMap(([name, state]): OutboxItem[] => {
        if (!state || state.kind === 'confirmed' || state.kind === 'draft') return [];
        const field = name as FieldName;
        const to =
          state.kind === 'conflict' ? state.mine : (made.values[field as keyof Made['values']] ?? words(''));
        const from = baseOf(made, field);
        const queued = this.#scene.link.reach === 'signedOut' ? 'signIn' : 'queued';
        return [
          {
            about: about(made),
            change: { kind: 'field', field, from, to },
            at: this.#now() - (60 - place) * MINUTE,
            state:
              state.kind === 'refused'
                ? { kind: 'refused', reason: state.reason }
                : { kind: state.kind === 'queued' ? queued : state.kind },
          },
        ];
      }),
    );
    const said = [...this.#pending].flatMap(([ticket, pending]) =>
      pending.map(({ saying, text, visibility, at, state }): OutboxItem => {
        const made = this.#tickets.find(({ id }) => id === ticket);
        const change = { kind: 'comment', saying, text, visibility } as const;
        return { about: made ? about(made) : { ticket, number: ticket, title: '' }, change, at, state };
      }),
    );
    return [...fields, ...said];
  }

  #outbox() {
    const waiting = this.#waiting();
    return { waiting, total: waiting.length, sent: this.#sent };
  }

  #say(ticket: string, text: string, visibility: PendingComment['visibility']): void {
    const isUp = this.#scene.link.reach === 'up';
    const saying = `c${this.#count++}`;
    const state = { kind: isUp ? 'sending' : 'queued' } as const;
    const pending = { saying, text, visibility, at: this.#now(), state };
    this.#pending.set(ticket, [...(this.#pending.get(ticket) ?? []), pending]);
    this.talk(ticket);
    if (isUp) setTimeout(() => this.#confirm(ticket, pending), SAID_AFTER_MS);
  }

  #confirm(ticket: string, { saying, text, visibility, at }: PendingComment): void {
    this.#forget(ticket, saying);
    const said: CommentView = {
      comment: saying,
      answers: null,
      by: ME.name,
      text,
      visibility,
      resolution: false,
      at,
      edited: false,
      gone: false,
    };
    this.#said.set(ticket, [...(this.#said.get(ticket) ?? []), said]);
    this.talk(ticket);
    this.tell();
  }

  #forget(ticket: string, saying: string): void {
    const rest = (this.#pending.get(ticket) ?? []).filter((one) => one.saying !== saying);
    this.#pending.set(ticket, rest);
  }

  #settle(saying: string, again: boolean): void {
    for (const [ticket, pending] of this.#pending) {
      const one = pending.find((each) => each.saying === saying);
      if (!one) continue;
      this.#forget(ticket, saying);
      if (again) this.#say(ticket, one.text, one.visibility);
      else this.talk(ticket);
    }
  }

  #many({ bulk, tickets, field, value }: Extract<Command, { do: 'bulk' }>): void {
    const refused = tickets.flatMap((id) => {
      const reason = this.#hands.choose(id, field, value);
      const made = this.#tickets.find((each) => each.id === id);
      return reason === null || !made ? [] : [{ about: about(made), reason }];
    });
    const shown = field === 'status_id' ? STATUSES.find((status) => status.value === value) : undefined;
    const waiting = tickets.length - refused.length;
    const view = {
      bulk,
      field,
      value: shown ?? words(String(value ?? '')),
      total: tickets.length,
      dropped: 0,
      refused,
    };
    this.#hands.tell({ is: 'bulk', value: { ...view, done: 0, waiting, conflicted: 0 } });
    this.#hands.refresh();
    setTimeout(
      () => this.#hands.tell({ is: 'bulk', value: { ...view, done: waiting, waiting: 0, conflicted: 0 } }),
      SAID_AFTER_MS,
    );
  }

  /** A desk as it looks after an outage. */
  #dress(): void {
    const now = this.#now();
    const [first, second, third, , fifth, , , eighth, ninth, tenth] = this.#tickets;
    if (!first || !second || !third || !fifth || !eighth || !ninth || !tenth) return;
    const clash = (mine: Choice, theirs: Choice, who: number, minutes: number, draft = false) =>
      ({
        kind: 'conflict',
        mine,
        theirs,
        by: pick(PEOPLE, who).name,
        at: now - minutes * MINUTE,
        draft,
      }) as const;
    first.states = { ...first.states, status_id: clash(pick(STATUSES, 5), pick(STATUSES, 7), 0, 12) };
    second.states = { priority_id: clash(pick(PRIORITIES, 0), pick(PRIORITIES, 1), 1, 14) };
    fifth.states = {
      title: clash(
        words('New starter: two laptops'),
        words('New starter: laptop, phone and accounts by Monday, please call first'),
        2,
        21,
        true,
      ),
    };
    eighth.states = { status_id: clash(pick(STATUSES, 3), pick(STATUSES, 4), 5, 33) };
    third.states = {
      priority_id: {
        kind: 'refused',
        reason: 'The board does not allow priority Critical without an impact.',
      },
      status_id: { kind: 'queued' },
    };
    ninth.states = { assigned_to: { kind: 'sending' } };
    tenth.states = { status_id: { kind: 'queued' } };
    const pending = (saying: string, text: string, state: PendingComment['state']): PendingComment => ({
      saying,
      text,
      visibility: 'public',
      at: now - 9 * MINUTE,
      state,
    });
    this.#pending.set(first.id, [
      pending('c-refused', 'We are on our way.', {
        kind: 'refused',
        reason: 'This ticket takes no replies while it is on hold.',
      }),
      pending('c-queued', 'Lee is at the door; please let him in at the side entrance.', { kind: 'queued' }),
    ]);
    for (let place = 0; place < 14; place++) {
      const made = this.#tickets[12 + place];
      if (!made) continue;
      const change = {
        kind: 'field',
        field: 'status_id',
        from: pick(STATUSES, place),
        to: made.values.status_id,
      } as const;
      this.#sent.push({ about: about(made), change, at: now - (place + 2) * 3 * MINUTE });
    }
    this.decided(second, 'status_id', 'took');
  }
}

/** What was said on a made-up ticket. */
function madeTalk(place: number, now: number): CommentView[] {
  return SAYINGS.slice(0, place === 0 ? SAYINGS.length : place % 4).map((said, at) => ({
    comment: `said-${place}-${at}`,
    answers: said.answers === null ? null : `said-${place}-${said.answers}`,
    by: said.by,
    text: said.text,
    visibility: said.visibility,
    resolution: said.resolution,
    at: now - (SAYINGS.length - at) * 19 * MINUTE,
    edited: said.edited,
    gone: said.text === '',
  }));
}
