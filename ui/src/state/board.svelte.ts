/**
 * The lines of the board that this window holds: those on screen and some around them.
 *
 * The order, the headings and the filter are the program's. Here is only which lines were asked for, which came,
 * and whether one was missed on the way.
 *
 * **Invariant:** no line is sorted, filtered or counted here.
 */
import { CHIPS_MAX, LINES_MAX } from '../bridge/generated';
import type {
  BoardChange,
  BoardQuery,
  Chip,
  ChipKind,
  ChipsView,
  Command,
  Line,
  NamedChip,
  OffersView,
  Value,
  ViewId,
  ViewSummary,
} from '../bridge/generated';
import { Hands } from './hands';

/** Lines asked for beyond each end of the screen. */
export const MARGIN = 120;
/** With fewer lines than this left beyond an end, the next ones are asked for. */
const EDGE = 60;
/** Whoever scrolls by more lines than this at once is flinging. */
const FLING = 12;

export const FIRST_QUERY: BoardQuery = {
  search: '',
  open: 'open',
  chips: [],
  sort: { by: 'due', descending: false },
  group: 'due',
};

/** Names of chips that are remembered; beyond it they are collected anew. */
const NAMES_MAX = 2000;

export function kindOf(chip: Chip): ChipKind {
  return chip.by === 'mine' ? 'assignee' : chip.by;
}

const nameOf = (chip: Chip): string => JSON.stringify([chip.by, 'is' in chip ? chip.is : null]);

export class BoardState {
  /** Lines in all. */
  total = $state(0);
  /** The place of the first held line. */
  first = $state.raw(0);
  /** The held lines; a place may be empty until its line comes. */
  lines = $state.raw<readonly (Line | undefined)[]>([]);
  /** Whether the program has answered: with lines, or that there are none. */
  loaded = $state(false);
  query = $state.raw<BoardQuery>(FIRST_QUERY);
  /** How the view stands beside its lines. */
  summary = $state.raw<ViewSummary | null>(null);
  /** What can be chosen for the chips of one kind, as last told. */
  offers = $state.raw<OffersView | null>(null);
  readonly hands: Hands;

  /** What chips are called, by what they are. */
  #names = $state.raw<Readonly<Record<string, string | null>>>({});
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
    this.hands = new Hands((by, on) => send({ do: 'choosing', view, by, on }));
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
    this.hands.again();
    this.#ask();
  }

  /** Shows nothing any more. */
  close(): void {
    this.#send({ do: 'closeView', view: this.#view });
  }

  /** Shows something else; from the top, for the old place means nothing there. */
  change(part: Partial<BoardQuery>): void {
    this.query = { ...this.query, ...part };
    this.#asked = { first: 0, count: this.#asked.count };
    this.#send({ do: 'openView', view: this.#view, query: this.query });
    this.#ask();
  }

  /** Shows one board, or every one. */
  lookAt(board: Value): void {
    this.onlyChips('board', board === null ? [] : [{ by: 'board', is: board }]);
  }

  /** The chips of one kind, as they are called. */
  chipsOf(kind: ChipKind): readonly NamedChip[] {
    const chips = this.query.chips.filter((chip) => kindOf(chip) === kind);
    return chips.map((chip) => ({ chip, label: this.#names[nameOf(chip)] ?? null }));
  }

  /** The kinds of which there are chips, in the order in which they were chosen. */
  get kinds(): readonly ChipKind[] {
    const kinds = this.query.chips.map(kindOf);
    return kinds.filter((kind, place) => kinds.indexOf(kind) === place);
  }

  hasChips(chips: readonly Chip[]): boolean {
    return chips.every((chip) => this.query.chips.some((one) => nameOf(one) === nameOf(chip)));
  }

  /** Puts chips that stand for one thing in, or takes them out. */
  setChips(chips: readonly Chip[], on: boolean): void {
    const names = chips.map(nameOf);
    const others = this.query.chips.filter((chip) => !names.includes(nameOf(chip)));
    this.change({ chips: on ? [...others, ...chips].slice(0, CHIPS_MAX) : others });
  }

  /** Of one kind only these. */
  onlyChips(kind: ChipKind, chips: readonly Chip[]): void {
    const others = this.query.chips.filter((chip) => kindOf(chip) !== kind);
    this.change({ chips: [...others, ...chips].slice(0, CHIPS_MAX) });
  }

  dropChips(kind: ChipKind): void {
    this.onlyChips(kind, []);
  }

  readOffers(kind: ChipKind): void {
    if (this.offers?.kind !== kind) this.offers = null;
    this.#send({ do: 'readOffers', view: this.#view, kind });
  }

  /** Lets every line go to its place. */
  refreshNow(): void {
    this.#send({ do: 'refreshNow', view: this.#view });
  }

  summarize(summary: ViewSummary): void {
    if (summary.view === this.#view) this.summary = summary;
  }

  offer(offers: OffersView): void {
    if (offers.view !== this.#view) return;
    this.offers = offers;
    // What was just chosen is called so, also before the program says it again.
    this.#call(offers.offers.flatMap(({ chips, label }) => chips.map((chip) => ({ chip, label }))));
  }

  call({ view, chips }: ChipsView): void {
    if (view === this.#view) this.#call(chips);
  }

  /**
   * Tells which lines are on screen, and how many the last scroll went. Asks for more only when the held ones run out;
   * of those ahead most where somebody flings, because they will be there when the answer comes.
   */
  show(first: number, count: number, moved = 0): void {
    const { first: from, count: held } = this.#asked;
    const enoughAbove = from === 0 || first - EDGE >= from;
    const enoughBelow = from + held >= this.total || first + count + EDGE <= from + held;
    if (enoughAbove && enoughBelow && first >= from) return;
    const most = LINES_MAX - Math.min(count, LINES_MAX);
    const least = Math.min(this.#margin, Math.floor(most / 5));
    const [above, below] =
      Math.abs(moved) <= FLING
        ? [this.#margin, this.#margin]
        : moved < 0
          ? [most - least, least]
          : [least, most - least];
    const start = Math.max(0, first - above);
    this.#asked = { first: start, count: Math.min(LINES_MAX, first - start + count + below) };
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
      this.#answered();
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
    this.#answered();
  }

  /** A view is opened before its lines are asked for: how many there are is no answer yet, unless there are none. */
  #answered(): void {
    if (this.total === 0 || this.lines.length > 0) this.loaded = true;
  }

  lineAt(at: number): Line | undefined {
    return this.lines[at - this.first];
  }

  /** Where a ticket stands among the held lines; -1 if it is not there. */
  placeOf(ticket: string): number {
    const place = this.lines.findIndex((line) => line?.kind === 'ticket' && line.ticket === ticket);
    return place < 0 ? -1 : place + this.first;
  }

  /** Names are few; where there have been very many, the older ones are forgotten. */
  #call(chips: readonly NamedChip[]): void {
    const names = Object.fromEntries(chips.map(({ chip, label }) => [nameOf(chip), label]));
    const isMany = Object.keys(this.#names).length > NAMES_MAX;
    this.#names = isMany ? names : { ...this.#names, ...names };
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
