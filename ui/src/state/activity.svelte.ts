/**
 * What happened, as this window shows it: one page of the program's record, newest first.
 *
 * **Invariant:** no entry is filtered or judged here; the page is the program's, in its order.
 */
import type { ActivityChange, ActivityEntry, ActivityFilter, Command } from '../bridge/generated';

/** Entries of one page. */
export const PAGE = 100;

export const EVERYTHING: ActivityFilter = { ticket: null, kind: null, told: 'all' };

export class ActivityState {
  entries = $state.raw<readonly ActivityEntry[]>([]);
  /** How many the filter lets through, on all pages. */
  total = $state(0);
  /** Whether the program has answered at all. */
  loaded = $state(false);
  filter = $state.raw<ActivityFilter>(EVERYTHING);
  /** What was before this entry is shown; `null`: the newest. */
  before = $state<number | null>(null);

  readonly #send: (command: Command) => void;
  #rev: number | null = null;
  #isOpen = false;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  open(): void {
    this.#isOpen = true;
    this.#ask();
  }

  close(): void {
    this.#isOpen = false;
    this.#send({ do: 'closeActivity' });
  }

  /** The program has forgotten us. */
  reopen(): void {
    if (this.#isOpen) this.#ask();
  }

  change(part: Partial<ActivityFilter>): void {
    this.filter = { ...this.filter, ...part };
    this.before = null;
    this.#ask();
  }

  /** Whether there is something before this page. */
  get hasOlder(): boolean {
    return this.before === null ? this.total > this.entries.length : this.entries.length === PAGE;
  }

  older(): void {
    const last = this.entries.at(-1);
    if (!last || !this.hasOlder) return;
    this.before = last.number;
    this.#ask();
  }

  newest(): void {
    this.before = null;
    this.#ask();
  }

  apply(rev: number, change: ActivityChange): void {
    if (change.kind === 'reset') {
      this.#rev = rev;
      this.entries = change.entries;
      this.total = change.total;
      this.loaded = true;
      return;
    }
    if (this.#rev === null || rev !== this.#rev + 1) {
      // One was missed: what stands here may be wrong until the page comes anew. Further ones change nothing before it.
      if (this.#rev !== null) this.#ask();
      return;
    }
    this.#rev = rev;
    this.total = change.total;
    if (change.entries.length > 0) this.entries = [...change.entries, ...this.entries].slice(0, PAGE);
  }

  #ask(): void {
    this.#rev = null;
    this.#send({ do: 'openActivity', filter: this.filter, before: this.before, count: PAGE });
  }
}
