/**
 * The one ticket that lies open beside the board.
 *
 * **Invariant:** holds what the program said last and nothing that was derived from it.
 */
import type {
  Command,
  CommentsView,
  ConflictView,
  FieldName,
  PlansView,
  TicketView,
  Value,
} from '../bridge/generated';
import { PLAN_FORMS_MAX } from '../bridge/generated';

interface Peeked {
  ticket: string;
  view: TicketView | null;
  talk: CommentsView | null;
  plans: PlansView | null;
}

export class TicketState {
  /** Which ticket is open; its view may still be on the way. */
  id = $state<string | null>(null);
  view = $state.raw<TicketView | null>(null);
  /** What is said on it. */
  talk = $state.raw<CommentsView | null>(null);
  /** What is planned for it. */
  plans = $state.raw<PlansView | null>(null);
  /** The field whose choices are spread out. */
  picking = $state<FieldName | null>(null);
  /** The person asked to write a comment; whoever draws the box puts the focus there and takes this back. */
  isReplying = $state(false);
  /** The field that the person asked to edit before its ticket was told; taken by whoever draws it. */
  wish = $state<FieldName | null>(null);

  /** A ticket that a command line names, looked at beside the open one. */
  #peeked = $state.raw<Peeked | null>(null);
  readonly #send: (command: Command) => void;
  /** The conflict that stood there when the person began to edit: what they choose then is a third value (CO-4). */
  #judged: { field: FieldName; theirs: Value } | null = null;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  open(ticket: string): void {
    if (ticket === this.id) return;
    this.close();
    this.id = ticket;
    if (this.#peeked?.ticket === ticket) {
      // The program has told it already and will not tell it twice.
      const { view, talk, plans } = this.#peeked;
      Object.assign(this, { view, talk, plans });
      this.#peeked = null;
    } else {
      this.#send({ do: 'openTicket', ticket });
    }
  }

  /** Looks at a ticket without showing it, or at none any more. */
  peek(ticket: string | null): void {
    const wanted = ticket === this.id ? null : ticket;
    if (wanted === (this.#peeked?.ticket ?? null)) return;
    if (this.#peeked) this.#send({ do: 'closeTicket', ticket: this.#peeked.ticket });
    this.#peeked = wanted === null ? null : { ticket: wanted, view: null, talk: null, plans: null };
    if (wanted !== null) this.#send({ do: 'openTicket', ticket: wanted });
  }

  /** What the program said of a ticket that is open or peeked at. */
  viewOf(ticket: string): TicketView | null {
    if (ticket === this.id) return this.view;
    return this.#peeked?.ticket === ticket ? this.#peeked.view : null;
  }

  /** Opens a ticket at one of its fields, ready to be edited. */
  openAt(ticket: string, field: FieldName): void {
    this.open(ticket);
    this.wish = field;
    this.#grant();
  }

  /** Begins a comment, if a ticket is open. */
  reply(): void {
    this.isReplying = this.id !== null;
  }

  close(): void {
    if (this.id === null) return;
    this.picking = null;
    this.wish = null;
    this.isReplying = false;
    this.#judged = null;
    this.#send({ do: 'closeTicket', ticket: this.id });
    this.id = null;
    this.view = null;
    this.talk = null;
    this.plans = null;
  }

  /** The program has forgotten us: say again what lies open. */
  reopen(): void {
    if (this.id !== null) this.#send({ do: 'openTicket', ticket: this.id });
    if (this.#peeked) this.#send({ do: 'openTicket', ticket: this.#peeked.ticket });
  }

  apply(view: TicketView): void {
    if (view.ticket === this.#peeked?.ticket) this.#peeked = { ...this.#peeked, view };
    if (view.ticket !== this.id) return;
    this.view = view;
    this.#grant();
  }

  /** Spreads the choices of the wished field out as soon as they are told. */
  #grant(): void {
    if (this.wish === null || !this.canPick(this.wish)) return;
    this.pick(this.wish);
    this.wish = null;
  }

  hear(talk: CommentsView): void {
    if (talk.ticket === this.id) this.talk = talk;
    if (talk.ticket === this.#peeked?.ticket) this.#peeked = { ...this.#peeked, talk };
  }

  foresee(plans: PlansView): void {
    if (plans.ticket === this.id) this.plans = plans;
    if (plans.ticket === this.#peeked?.ticket) this.#peeked = { ...this.#peeked, plans };
  }

  /** Whether one more form of a new plan can be opened. */
  get canPlan(): boolean {
    const { plans, view } = this;
    return view?.access === 'open' && plans?.known.kind === 'told' && plans.forms.length < PLAN_FORMS_MAX;
  }

  /** Whether a field has choices to spread out. */
  canPick(field: FieldName): boolean {
    return this.view?.fields.some((view) => view.field === field && view.choices) ?? false;
  }

  /** Spreads the choices of a field out, if it has some. */
  pick(field: FieldName): void {
    if (this.canPick(field)) this.picking = field;
  }

  /** The topmost field that waits for a decision between two values. */
  get clash(): { field: FieldName; conflict: ConflictView } | null {
    for (const { field, state } of this.view?.fields ?? [])
      if (state.kind === 'conflict') return { field, conflict: state };
    return null;
  }

  /** The person begins to edit. Whoever does so with both values before them chooses a third one. */
  begin(ticket: string, field: FieldName): void {
    const clash = this.viewOf(ticket)?.fields.find((view) => view.field === field)?.state;
    this.#judged = clash?.kind === 'conflict' ? { field, theirs: clash.theirs.value } : null;
    this.#send({ do: 'beginEdit', ticket, field });
  }

  /** A command about one field of `ticket`, which may be closed by the time it is sent. */
  tell(action: 'endEdit' | 'dropDraft' | 'retryEdit' | 'dropEdit', ticket: string, field: FieldName): void {
    this.#send({ do: action, ticket, field });
  }

  /** Settles a conflict between just the two values that were shown. */
  settle(action: 'keepYours' | 'takeTheirs', ticket: string, field: FieldName, conflict: ConflictView): void {
    if (action === 'keepYours') this.#send({ do: action, ticket, field, theirs: conflict.theirs.value });
    else this.#send({ do: action, ticket, field, mine: conflict.mine.value });
  }

  draft(ticket: string, field: FieldName, value: Value): void {
    this.#send({ do: 'draft', ticket, field, value });
  }

  edit(ticket: string, field: FieldName, value: Value): void {
    const judged = this.#judged;
    this.#judged = null;
    if (judged?.field === field)
      this.#send({ do: 'chooseOther', ticket, field, value, theirs: judged.theirs });
    else this.#send({ do: 'edit', ticket, field, value });
  }
}
