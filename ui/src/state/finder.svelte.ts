/**
 * Tickets found by words, for the palette and the command line: a small view of the board beside the one on screen.
 *
 * Each question is a view of its own, so that an answer is never taken for that of another question.
 *
 * **Invariant:** holds what the program answered to the words that stand there now, or nothing.
 */
import type { BoardChange, Command, Row, ViewId } from '../bridge/generated';
import { BoardState, FIRST_QUERY } from './board.svelte';

/** The most tickets that are told of one question; who wants others says more. */
export const FOUND_MAX = 40;

const PREFIX = 'find-';

export class Finder {
  /** The words that are asked for; `null` while nothing is. */
  words = $state<string | null>(null);
  #board = $state.raw<BoardState | null>(null);
  #turn = 0;
  readonly #send: (command: Command) => void;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  ask(words: string | null): void {
    const wanted = words?.trim() || null;
    if (wanted === this.words) return;
    this.#leave();
    this.words = wanted;
    if (wanted !== null) this.#open(wanted);
  }

  /** The program has forgotten us. */
  reopen(): void {
    this.#board?.open();
  }

  /** Whether a view is one of ours, also one that was left. */
  owns(view: ViewId): boolean {
    return view.startsWith(PREFIX);
  }

  apply(view: ViewId, rev: number, change: BoardChange): void {
    this.#board?.apply(view, rev, change);
  }

  /** Whether the answer is still on its way. */
  get isWaiting(): boolean {
    return this.#board !== null && !this.#board.loaded;
  }

  /** How many tickets hold the words, told or not. */
  get total(): number {
    return this.#board?.total ?? 0;
  }

  readonly rows: readonly Row[] = $derived(
    (this.#board?.lines ?? []).flatMap((line) => (line?.kind === 'ticket' ? [line] : [])),
  );

  #open(search: string): void {
    // In the order of the numbers: the number that was typed comes before those that begin with it.
    const query = { ...FIRST_QUERY, search, open: 'all', sort: { by: 'number', descending: false } } as const;
    const view = `${PREFIX}${++this.#turn}`;
    this.#board = new BoardState(view, this.#send, { ...query, group: 'none' }, FOUND_MAX);
    this.#board.open();
  }

  #leave(): void {
    if (this.#board === null) return;
    this.#board = null;
    this.#send({ do: 'closeView', view: `${PREFIX}${this.#turn}` });
  }
}
