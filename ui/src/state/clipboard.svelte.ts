/**
 * Puts words on the clipboard and remembers for a moment of what, and whether it worked.
 *
 * **Invariant:** writes only, and only when the person asks; the clipboard is never read.
 */
export const SAID_MS = 2000;

export type Said = 'nothing' | 'copied' | 'failed';

export class Clipboard {
  #last = $state.raw<{ key: string; said: Said } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What is to be said beside the thing of that name. */
  said(key: string): Said {
    return this.#last?.key === key ? this.#last.said : 'nothing';
  }

  async copy(key: string, words: string): Promise<void> {
    clearTimeout(this.#timer);
    try {
      await navigator.clipboard.writeText(words);
      this.#last = { key, said: 'copied' };
    } catch {
      this.#last = { key, said: 'failed' };
    }
    this.#timer = setTimeout(() => (this.#last = null), SAID_MS);
  }
}
