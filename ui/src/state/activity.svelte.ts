/**
 * What happened, as this window shows it: one page of the program's record, newest first. A window is told one page: the
 * screen's while that is open, else what happened on the open ticket.
 *
 * **Invariant:** no entry is filtered or judged here; the page is the program's, in its order.
 */
import type { ActivityChange, ActivityEntry, ActivityFilter, Command } from '../bridge/generated';

/** Entries of one page. */
export const PAGE = 100;

const NOTHING: readonly ActivityEntry[] = [];

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
  #isOpen = $state(false);
  #about = $state<string | null>(null);

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  open(): void {
    this.#isOpen = true;
    this.#turn();
  }

  close(): void {
    this.#isOpen = false;
    this.#turn();
  }

  /** Which ticket lies open; what happened on it is told while the screen is not. */
  about(ticket: string | null): void {
    if (ticket === this.#about) return;
    this.#about = ticket;
    if (!this.#isOpen) this.#turn();
  }

  /** What happened on a ticket, as far as it is told. */
  storyOf(ticket: string): readonly ActivityEntry[] {
    return !this.#isOpen && this.#about === ticket ? this.entries : NOTHING;
  }

  /** The program has forgotten us. */
  reopen(): void {
    if (this.#isOpen || this.#about !== null) this.#ask();
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

  /** Something else is told from now on, or nothing. */
  #turn(): void {
    this.entries = [];
    this.total = 0;
    this.loaded = false;
    this.#rev = null;
    if (this.#isOpen || this.#about !== null) this.#ask();
    else this.#send({ do: 'closeActivity' });
  }

  #ask(): void {
    this.#rev = null;
    const page = this.#isOpen
      ? { filter: this.filter, before: this.before }
      : { filter: { ...EVERYTHING, ticket: this.#about }, before: null };
    this.#send({ do: 'openActivity', ...page, count: PAGE });
  }
}
