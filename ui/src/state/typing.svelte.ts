/**
 * A text while somebody types it: what stands in the box, and when the program hears of it.
 *
 * Between a keystroke and the program's answer the box is ahead of what the program shows; letting the answer
 * overwrite it would eat letters.
 *
 * **Invariant:** a shown value never replaces what was typed until the typing is over, one way or another.
 */
import type { FieldState } from '../bridge/generated';

/** From the first keystroke that the program has not heard of until it hears of all, though the typing goes on. */
export const DRAFT_AFTER_MS = 150;

export interface TypingSink {
  draft(text: string): void;
  drop(): void;
  commit(text: string): void;
}

export class Typing {
  text = $state('');
  #shown = '';
  #dirty = false;
  #kind: FieldState['kind'] = 'confirmed';
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #sink: TypingSink;

  constructor(shown: string, sink: TypingSink) {
    this.text = shown;
    this.#shown = shown;
    this.#sink = sink;
  }

  /** The program shows this now. */
  show(shown: string, kind: FieldState['kind']): void {
    const wasOurs = this.#kind === 'draft' || this.#kind === 'conflict';
    const isOurs = kind === 'draft' || kind === 'conflict';
    // The program let go of the draft (taken, agreed, settled elsewhere): so do we.
    if (wasOurs && !isOurs && this.#timer === undefined) this.#dirty = false;
    this.#kind = kind;
    this.#shown = shown;
    if (!this.#dirty) this.text = shown;
  }

  type(text: string): void {
    // A title is one line; what is pasted may not be.
    this.text = text.replace(/\s*[\r\n]+\s*/g, ' ');
    this.#dirty = true;
    this.#timer ??= setTimeout(() => this.flush(), DRAFT_AFTER_MS);
  }

  /** Hands over at once what is still held back: the box is being left. */
  flush(): void {
    if (this.#timer === undefined) return;
    this.#rest();
    this.#sink.draft(this.text);
  }

  commit(): void {
    this.#rest();
    const changed = this.#dirty || this.#kind === 'draft';
    this.#dirty = false;
    if (changed) this.#sink.commit(this.text);
  }

  drop(): void {
    this.#rest();
    this.#dirty = false;
    this.text = this.#shown;
    this.#sink.drop();
  }

  /** Whether there is something to drop. */
  get held(): boolean {
    return this.#dirty || this.#kind === 'draft';
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
