/**
 * The server's clock, as this window shows it.
 *
 * **Invariant:** one timer for the whole window; what needs minutes is not woken by seconds.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;

export class Clock {
  /** Now by the server's clock, in milliseconds, to the second. */
  second = $state(0);
  /** The same, to the minute: what counts down on the board hangs on this. */
  minute = $state(0);

  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #read: () => number;

  constructor(read: () => number = Date.now) {
    this.#read = read;
    this.#set();
  }

  /** The server's clock minus ours. */
  correct(offset: number): void {
    this.#offset = offset;
    this.#set();
  }

  start(): () => void {
    const tick = () => {
      this.#set();
      this.#timer = setTimeout(tick, SECOND - (this.#now() % SECOND));
    };
    tick();
    return () => clearTimeout(this.#timer);
  }

  #now(): number {
    return this.#read() + this.#offset;
  }

  #set(): void {
    const now = this.#now();
    this.second = now - (now % SECOND);
    this.minute = now - (now % MINUTE);
  }
}
