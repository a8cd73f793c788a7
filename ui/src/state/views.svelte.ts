/**
 * The views that the person saved, and which of them the board shows.
 *
 * **Invariant:** what is saved is the program's word; a view is in use only as long as it is one of those.
 */
import type { Column, Command, SavedView, SavedViewId } from '../bridge/generated';
import { FIRST_QUERY, type BoardState } from './board.svelte';
import { FIRST_COLUMNS } from './columns';
import type { Taste } from './taste.svelte';

export class Views {
  all = $state.raw<readonly SavedView[]>([]);
  #used = $state<SavedViewId | null>(null);
  /** The name under which one was saved that the program has not told yet. */
  #awaited: string | null = null;

  readonly #board: BoardState;
  readonly #taste: Taste;
  readonly #send: (command: Command) => void;

  constructor(board: BoardState, taste: Taste, send: (command: Command) => void) {
    this.#board = board;
    this.#taste = taste;
    this.#send = send;
  }

  /** The one in use. */
  get now(): SavedView | null {
    return this.all.find(({ id }) => id === this.#used) ?? null;
  }

  /** Whether the board shows something else by now than the view in use. */
  get isChanged(): boolean {
    const { now } = this;
    if (now === null) return false;
    const shown = [this.#board.query, this.#taste.columns];
    return JSON.stringify(shown) !== JSON.stringify([now.query, now.columns]);
  }

  apply(all: readonly SavedView[]): void {
    this.all = all;
    const awaited = all.find(({ name }) => name === this.#awaited);
    if (!awaited) return;
    this.#used = awaited.id;
    this.#awaited = null;
  }

  /** Shows one; `null`: what a dispatcher starts with. */
  use(id: SavedViewId | null): void {
    const view = this.all.find((one) => one.id === id) ?? null;
    this.#used = view?.id ?? null;
    this.#taste.setColumns(view?.columns ?? FIRST_COLUMNS);
    this.#board.change(view?.query ?? FIRST_QUERY);
  }

  save(name: string): void {
    this.#awaited = name.trim();
    this.#keep(null, this.#awaited);
  }

  /** Keeps what the board shows by now under the name in use. */
  update(): void {
    if (this.now) this.#keep(this.now.id, this.now.name);
  }

  rename(name: string): void {
    if (this.now) this.#send({ do: 'renameView', saved: this.now.id, name: name.trim() });
  }

  delete(): void {
    if (this.now) this.#send({ do: 'deleteView', saved: this.now.id });
  }

  #keep(saved: SavedViewId | null, name: string): void {
    const columns: Column[] = [...this.#taste.columns];
    this.#send({ do: 'saveView', saved, name, query: this.#board.query, columns });
  }
}
