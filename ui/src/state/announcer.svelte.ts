/**
 * What a screen reader is told unasked: little, and not in bursts.
 *
 * **Invariant:** at most one sentence in three seconds; of those that come faster, the last is said.
 */
export const PAUSE_MS = 3000;

export class Announcer {
  sentence = $state('');
  #waiting: string | null = null;
  #resting = false;

  say(sentence: string): void {
    if (this.#resting) {
      this.#waiting = sentence;
      return;
    }
    this.sentence = sentence;
    this.#resting = true;
    setTimeout(() => this.#rested(), PAUSE_MS);
  }

  #rested(): void {
    this.#resting = false;
    const next = this.#waiting;
    this.#waiting = null;
    if (next !== null) this.say(next);
  }
}
