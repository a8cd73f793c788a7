/**
 * Which lines of a long board are drawn: fixed heights make it a division.
 *
 * **Invariant:** pure; knows no line and no element.
 */

/** Lines drawn beyond each end of the screen, so that a scroll never shows a bare edge. */
const SPARE = 8;
/** The most lines drawn ahead of a scroll besides, so that a fling shows none either. */
const AHEAD_MAX = 40;
/** The most lines ever drawn. */
export const DRAWN_MAX = 160;

export interface Span {
  first: number;
  count: number;
}

/** The lines on screen, counted from `top` pixels down. */
export function onScreen(top: number, height: number, row: number, total: number): Span {
  const first = Math.min(Math.floor(Math.max(0, top) / row), Math.max(0, total - 1));
  const count = Math.min(Math.ceil(height / row) + 1, Math.max(0, total - first));
  return { first, count };
}

/**
 * The lines to draw for those on screen. `moved`: how many lines the last scroll went, down or up. What is on screen when
 * these are drawn is where it will have gone by then, and a slow machine skips a picture.
 */
export function drawn(seen: Span, total: number, moved = 0): Span {
  const ahead = Math.min(AHEAD_MAX, 2 * Math.abs(moved));
  const [above, below] = moved < 0 ? [SPARE + ahead, SPARE] : [SPARE, SPARE + ahead];
  const first = Math.max(0, seen.first - above);
  const end = Math.min(total, seen.first + seen.count + below, first + DRAWN_MAX);
  return { first, count: Math.max(0, end - first) };
}

/** Where to scroll so that line `at` is seen whole; `null` when it is already. */
export function reveal(at: number, top: number, height: number, row: number): number | null {
  const start = at * row;
  if (start < top) return start;
  if (start + row > top + height) return start + row - height;
  return null;
}
