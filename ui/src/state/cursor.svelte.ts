/**
 * Where the keyboard is on the board: on a ticket, not on a place, and in it on the whole line or on one cell.
 *
 * **Invariant:** only the person moves it; an update at most tells it where its ticket has gone (CO-10).
 */
import type { Column } from '../bridge/generated';
import type { BoardState } from './board.svelte';

export class Cursor {
  /** The ticket; `null` before one was chosen, or while the line of a far place is still on its way. */
  ticket = $state<string | null>(null);
  /** The place it had when last seen. */
  at = $state(-1);
  /** The cell of that line; `null`: the line itself. */
  column = $state<Column | null>(null);

  readonly #board: BoardState;
  /** Which way to step off a heading. */
  #way: 1 | -1 = 1;

  constructor(board: BoardState) {
    this.#board = board;
  }

  put(ticket: string): void {
    this.ticket = ticket;
    this.at = this.#board.placeOf(ticket);
  }

  /** Goes some lines down, or up when negative, never onto a heading. */
  step(by: number): void {
    this.goTo((this.at < 0 ? -1 : this.at) + by, by < 0 ? -1 : 1);
  }

  /** Goes from cell to cell of those; before the first one it is on the line again. */
  across(by: 1 | -1, columns: readonly Column[]): void {
    if (this.ticket === null) return;
    const from = this.column === null ? -1 : columns.indexOf(this.column);
    this.column = columns[Math.min(from + by, columns.length - 1)] ?? null;
  }

  goTo(place: number, way: 1 | -1): void {
    const last = this.#board.total - 1;
    if (last < 0) return;
    this.#way = way;
    const from = Math.min(Math.max(place, 0), last);
    const stop = this.#ticketFrom(from, way) ?? this.#ticketFrom(from, way === 1 ? -1 : 1);
    if (stop === 'unknown') {
      this.at = from;
      this.ticket = null;
    } else if (stop) {
      this.at = stop.at;
      this.ticket = stop.ticket;
    }
  }

  /** Lines came: find our ticket again, or the one that the jump was meant for. */
  follow(): void {
    if (this.ticket !== null) {
      const at = this.#board.placeOf(this.ticket);
      if (at >= 0) this.at = at;
    } else if (this.at >= 0 && this.#board.lineAt(this.at)) {
      this.goTo(this.at, this.#way);
    }
  }

  #ticketFrom(from: number, way: 1 | -1): { at: number; ticket: string } | 'unknown' | null {
    for (let at = from; at >= 0 && at < this.#board.total; at += way) {
      const line = this.#board.lineAt(at);
      if (!line) return 'unknown';
      if (line.kind === 'ticket') return { at, ticket: line.ticket };
    }
    return null;
  }
}
