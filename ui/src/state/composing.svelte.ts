/**
 * What is being written on each ticket and not said yet.
 *
 * The program keeps it on disk; between a keystroke and its answer the box is ahead of what it tells, and letting the
 * answer overwrite it would eat letters.
 *
 * **Invariant:** words leave only when the person sends or empties them; nothing of this is ever kept in the web view's
 * own storage, for signing out could not erase it there.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Command, ComposerView, SayingId, Visibility } from '../bridge/generated';
import { DRAFT_AFTER_MS } from './typing.svelte';

/** Tickets with something begun that are held here; beyond it the one begun first goes: the program has its words. */
export const COMPOSED_MOST = 500;

export interface Composed {
  text: string;
  visibility: Visibility;
  /** It is on disk as it stands. */
  kept: boolean;
  /** The refused comment that this one takes the place of. */
  instead: SayingId | null;
}

/** Colleagues only, until somebody says otherwise: what a customer has read cannot be taken back. */
const NOTHING: Composed = { text: '', visibility: 'internal', kept: false, instead: null };

export class Composing {
  readonly #of = new SvelteMap<string, Composed>();
  /** Tickets on which the program has not told yet what stands in the box. */
  readonly #ahead = new SvelteSet<string>();
  readonly #timers = new SvelteMap<string, ReturnType<typeof setTimeout>>();
  readonly #send: (command: Command) => void;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  of(ticket: string): Composed {
    return this.#of.get(ticket) ?? NOTHING;
  }

  put(ticket: string, part: Partial<Omit<Composed, 'kept'>>): void {
    this.#hold(ticket, { ...this.of(ticket), ...part, kept: false });
    if (!this.#timers.has(ticket))
      this.#timers.set(
        ticket,
        setTimeout(() => this.flush(ticket), DRAFT_AFTER_MS),
      );
  }

  /** Hands over at once what is still held back: the box is being left. */
  flush(ticket: string): void {
    if (!this.#timers.has(ticket)) return;
    this.#rest(ticket);
    const { text, visibility } = this.of(ticket);
    this.#send({ do: 'draftComment', ticket, text, visibility });
  }

  /** Said, and the program has the words: who reads the next one stays as it was chosen. */
  clear(ticket: string): void {
    this.#rest(ticket);
    this.#hold(ticket, { ...this.of(ticket), text: '', kept: false, instead: null });
  }

  /** The program tells what stands there. */
  apply({ ticket, draft }: ComposerView): void {
    const now = this.of(ticket);
    const isSame = draft === null ? now.text.trim() === '' : draft.text === now.text;
    // Something older is on its way to us still.
    if (!isSame && this.#ahead.has(ticket)) return;
    this.#ahead.delete(ticket);
    if (draft) this.#of.set(ticket, { ...now, ...draft });
    else if (!isSame) this.#of.delete(ticket);
  }

  #hold(ticket: string, composed: Composed): void {
    this.#ahead.add(ticket);
    this.#of.set(ticket, composed);
    const [first] = this.#of.keys();
    if (this.#of.size <= COMPOSED_MOST || first === undefined) return;
    this.flush(first);
    this.#of.delete(first);
    this.#ahead.delete(first);
  }

  #rest(ticket: string): void {
    clearTimeout(this.#timers.get(ticket));
    this.#timers.delete(ticket);
  }
}
