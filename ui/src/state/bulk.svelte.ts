/**
 * The tickets that are marked, and what became of the last change of many.
 *
 * **Invariant:** a mark is on a ticket and never on a place, so that a board that moves moves no mark.
 */
import { SvelteSet } from 'svelte/reactivity';
import { BULK_MAX } from '../bridge/generated';
import type { BulkView, Command, FieldName, Value } from '../bridge/generated';
import type { TicketState } from './ticket.svelte';

/** What is set on many at once. */
export const BULK_FIELDS: readonly FieldName[] = ['status_id', 'priority_id', 'assigned_to'];

export class BulkState {
  readonly marked = new SvelteSet<string>();
  view = $state.raw<BulkView | null>(null);
  /** The field whose choices are spread out for all that is marked. */
  picking = $state<FieldName | null>(null);

  readonly #send: (command: Command) => void;
  #count = 0;
  #id: string | null = null;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  /** Marks a ticket, or takes its mark away. More than the most at once are not taken: false. */
  toggle(ticket: string): boolean {
    if (this.marked.delete(ticket)) return true;
    return this.mark(ticket);
  }

  mark(ticket: string): boolean {
    if (this.marked.size >= BULK_MAX && !this.marked.has(ticket)) return false;
    this.marked.add(ticket);
    return true;
  }

  /** Spreads out what can be chosen for all that is marked; where no ticket lies open, the first of them is opened. */
  pick(field: FieldName, ticket: TicketState): void {
    const [first] = this.marked;
    if (first === undefined) return;
    if (ticket.id === null) ticket.open(first);
    this.picking = field;
  }

  /** Whether there is something marked, and the field is one that is set on many. */
  canPick(field: FieldName): boolean {
    return this.marked.size > 0 && BULK_FIELDS.includes(field);
  }

  clear(): void {
    this.picking = null;
    this.marked.clear();
  }

  /** Chooses a value on all that is marked. */
  choose(field: FieldName, value: Value): void {
    if (this.marked.size === 0) return;
    this.close();
    this.#count += 1;
    this.#id = `many-${this.#count}`;
    this.#send({ do: 'bulk', bulk: this.#id, tickets: [...this.marked], field, value });
    this.clear();
  }

  apply(view: BulkView): void {
    if (view.bulk === this.#id) this.view = view;
  }

  /** The refused ones are marked again, for another try. */
  markRefused(): void {
    const refused = this.view?.refused ?? [];
    this.close();
    this.clear();
    for (const { about } of refused) this.mark(about.ticket);
  }

  close(): void {
    if (this.#id !== null) this.#send({ do: 'closeBulk', bulk: this.#id });
    this.#id = null;
    this.view = null;
  }
}
