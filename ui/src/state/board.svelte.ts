/**
 * The lines of the board that this window holds: those on screen and some around them.
 *
 * The order, the headings and the filter are the program's. Here is only which lines were asked for, which came,
 * and whether one was missed on the way.
 *
 * **Invariant:** no line is sorted, filtered or counted here.
 */
import { LINES_MAX } from '../bridge/generated';
import type { BoardChange, BoardQuery, Command, Line, Value, ViewId } from '../bridge/generated';

/** Lines asked for beyond each end of the screen. */
export const MARGIN = 60;
/** With fewer lines than this left beyond an end, the next ones are asked for. */
const EDGE = 20;

export const FIRST_QUERY: BoardQuery = {
  search: '',
  open: 'open',
  chips: [],
  sort: { by: 'due', descending: false },
  group: 'due',
};

export class BoardState {
  /** Lines in all. */
  total = $state(0);
  /** The place of the first held line. */
  first = $state.raw(0);
  /** The held lines; a place may be empty until its line comes. */
  lines = $state.raw<readonly (Line | undefined)[]>([]);
  /** Whether the program has answered at all. */
  loaded = $state(false);
  query = $state.raw<BoardQuery>(FIRST_QUERY);

  readonly #view: ViewId;
  readonly #margin: number;
  readonly #send: (command: Command) => void;
  #rev: number | null = null;
  #asked: { first: number; count: number };
  #healing = false;

  constructor(view: ViewId, send: (command: Command) => void, query = FIRST_QUERY, margin = MARGIN) {
    this.#view = view;
    this.#send = send;
    this.#margin = margin;
    this.#asked = { first: 0, count: margin };
    this.query = query;
  }

  /** Whether something hides tickets. */
  get isNarrowed(): boolean {
    const { search, chips, open } = this.query;
    return search.trim() !== '' || chips.length > 0 || open === 'closed';
  }

  /** Opens the view, at the start and again whenever the program has forgotten us. */
  open(): void {
    this.#rev = null;
    this.#healing = false;
    this.#send({ do: 'openView', view: this.#view, query: this.query });
    this.#ask();
  }

  /** Shows something else; from the top, for the old place means nothing there. */
  change(part: Partial<BoardQuery>): void {
    this.query = { ...this.query, ...part };
    this.#asked = { first: 0, count: this.#asked.count };
    this.#send({ do: 'openView', view: this.#view, query: this.query });
    this.#ask();
  }

  /** The one board that is shown, where it is one. */
  get onBoard(): Value {
    return this.query.chips.find((chip) => chip.by === 'board')?.is ?? null;
  }

  /** Shows one board, or every one. */
  lookAt(board: Value): void {
    const chips = this.query.chips.filter((chip) => chip.by !== 'board');
    this.change({ chips: board === null ? chips : [...chips, { by: 'board', is: board }] });
  }

  /** Tells which lines are on screen. Asks for more only when the held ones run out. */
  show(first: number, count: number): void {
    const { first: from, count: held } = this.#asked;
    const enoughAbove = from === 0 || first - EDGE >= from;
    const enoughBelow = from + held >= this.total || first + count + EDGE <= from + held;
    if (enoughAbove && enoughBelow && first >= from) return;
    const start = Math.max(0, first - this.#margin);
    this.#asked = { first: start, count: Math.min(LINES_MAX, first - start + count + this.#margin) };
    this.#ask();
  }

  apply(view: ViewId, rev: number, change: BoardChange): void {
    if (view !== this.#view) return;
    if (change.kind === 'reset') {
      this.#rev = rev;
      this.#healing = false;
      this.total = change.total;
      this.first = change.first;
      this.lines = change.lines;
      this.loaded = true;
      return;
    }
    if (this.#rev === null || rev !== this.#rev + 1) {
      this.#heal();
      return;
    }
    this.#rev = rev;
    const lines = this.lines.slice(0, Math.max(0, change.total - this.first));
    for (const { at, line } of change.lines) {
      const place = at - this.first;
      if (place >= 0 && place < LINES_MAX) lines[place] = line;
    }
    this.total = change.total;
    this.lines = lines;
  }

  lineAt(at: number): Line | undefined {
    return this.lines[at - this.first];
  }

  /** Where a ticket stands among the held lines; -1 if it is not there. */
  placeOf(ticket: string): number {
    const place = this.lines.findIndex((line) => line?.kind === 'ticket' && line.ticket === ticket);
    return place < 0 ? -1 : place + this.first;
  }

  /** A number was missed: what is held may be wrong until the lines come anew. */
  #heal(): void {
    if (this.#healing) return;
    this.#healing = true;
    this.#ask();
  }

  #ask(): void {
    this.#send({ do: 'showLines', view: this.#view, ...this.#asked });
  }
}
