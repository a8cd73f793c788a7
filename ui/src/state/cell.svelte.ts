/**
 * A field that is edited in its cell on the board (CO-2).
 *
 * What can be chosen is told for a ticket that is looked at: it is looked at while its choices are spread out, so that others
 * see who is about to change what (LT-10), and meanwhile the lines stand still.
 *
 * **Invariant:** bound to a ticket and a field, never to a place; at most one cell is edited.
 */
import type { Column, FieldName, FieldView, Value } from '../bridge/generated';
import type { BoardState } from './board.svelte';
import type { TicketState } from './ticket.svelte';

/** The field behind each column that can be chosen in its cell. */
export const CELL_FIELD: Partial<Record<Column, FieldName>> = {
  severity: 'priority_id',
  client: 'client_id',
  place: 'location_id',
  category: 'category_id',
  status: 'status_id',
  assignee: 'assigned_to',
  team: 'assigned_team_id',
};

export interface CellPlace {
  ticket: string;
  column: Column;
  field: FieldName;
}

export class CellEdit {
  at = $state.raw<CellPlace | null>(null);
  readonly #ticket: TicketState;
  readonly #board: BoardState;

  constructor(ticket: TicketState, board: BoardState) {
    this.#ticket = ticket;
    this.#board = board;
  }

  /** The field as the program tells it; `null` while it has not. */
  readonly view: FieldView | null = $derived.by(() => {
    const { at } = this;
    const seen = at === null ? null : this.#ticket.viewOf(at.ticket);
    return seen?.fields.find(({ field }) => field === at?.field) ?? null;
  });

  /** Whether there is more to say about it than a choice: it clashes, or it is not chosen from a list. */
  readonly isMore: boolean = $derived.by(() => {
    const { at, view } = this;
    if (at === null || this.#ticket.viewOf(at.ticket) === null) return false;
    return view?.input !== 'choice' || view.state.kind === 'conflict';
  });

  /** Whether its choices lie before the person; until they are told, nothing does. */
  readonly isOpen: boolean = $derived.by(() => !this.isMore && (this.view?.choices ?? null) !== null);

  begin(ticket: string, column: Column): boolean {
    const field = CELL_FIELD[column];
    if (field === undefined) return false;
    this.end();
    this.at = { ticket, column, field };
    this.#board.hands.hold('edit');
    this.#ticket.peek(ticket);
    return true;
  }

  /** Its choices lie before the person: what they see now is what their choice is measured against. */
  seen(): void {
    if (this.at) this.#ticket.begin(this.at.ticket, this.at.field);
  }

  choose(value: Value): void {
    if (this.at) this.#ticket.edit(this.at.ticket, this.at.field, value);
  }

  /** Closed without a choice. */
  leave({ ticket, field }: CellPlace): void {
    this.#ticket.tell('endEdit', ticket, field);
  }

  end(): void {
    if (this.at === null) return;
    this.at = null;
    this.#ticket.peek(null);
    this.#board.hands.off('edit');
  }

  /** The whole ticket instead, where there is more to say about the field. */
  toTicket(): void {
    const { at } = this;
    this.end();
    if (at) this.#ticket.open(at.ticket);
  }
}
