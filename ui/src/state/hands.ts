/**
 * Whether somebody is choosing among the lines: meanwhile they stand still (CO-2).
 *
 * A pointer that lies where it was left chooses nothing, and neither does a keyboard that nobody touches: a hand that rests
 * is taken off, or a board before which somebody sits still would stand still with them.
 *
 * **Invariant:** the program is told when a hand comes or goes, not how it moves.
 */
import type { ChoosingBy } from '../bridge/generated';

/** How long a hand may rest. */
export const RESTS_MS = 8000;

export class Hands {
  readonly #say: (by: ChoosingBy, on: boolean) => void;
  readonly #moved = new Map<ChoosingBy, number>();
  readonly #timers = new Map<ChoosingBy, ReturnType<typeof setTimeout>>();

  constructor(say: (by: ChoosingBy, on: boolean) => void) {
    this.#say = say;
  }

  /** A hand moves. */
  move(by: ChoosingBy): void {
    const isNew = !this.#moved.has(by);
    this.#moved.set(by, Date.now());
    if (!isNew) return;
    this.#say(by, true);
    this.#rest(by, RESTS_MS);
  }

  /** A hand holds on to something: it does not rest until it is taken off. */
  hold(by: ChoosingBy): void {
    const isNew = !this.#moved.has(by);
    this.#moved.set(by, Infinity);
    if (isNew) this.#say(by, true);
  }

  /** A hand is taken off. */
  off(by: ChoosingBy): void {
    clearTimeout(this.#timers.get(by));
    this.#timers.delete(by);
    if (this.#moved.delete(by)) this.#say(by, false);
  }

  /** The program has forgotten us. */
  again(): void {
    for (const by of this.#moved.keys()) this.#say(by, true);
  }

  #rest(by: ChoosingBy, wait: number): void {
    const look = () => {
      const left = (this.#moved.get(by) ?? 0) + RESTS_MS - Date.now();
      if (left > 0) this.#rest(by, left);
      else this.off(by);
    };
    this.#timers.set(by, setTimeout(look, wait));
  }
}
