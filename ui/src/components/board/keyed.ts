/**
 * A name for each drawn line that stays its own while the line moves.
 *
 * **Invariant:** no two drawn lines ever share a name, even while the held lines are half old, half new.
 */
import type { Column, Line } from '../../bridge/generated';
import type { Span } from '../../state/screen';

export interface Drawn {
  key: string;
  at: number;
  line: Line | undefined;
}

/** What a cell is called in the page. */
export const cellId = (ticket: string, column: Column): string => `cell-${column}-${ticket}`;

function keyOf(line: Line | undefined, at: number): string {
  if (!line) return `w${at}`;
  return line.kind === 'ticket' ? `t${line.ticket}` : `h${line.heading.value}`;
}

export function keyed(span: Span, lineAt: (at: number) => Line | undefined): Drawn[] {
  const taken = new Set<string>();
  return Array.from({ length: span.count }, (_, place) => {
    const at = span.first + place;
    const line = lineAt(at);
    let key = keyOf(line, at);
    if (taken.has(key)) key = `${key}#${at}`;
    taken.add(key);
    return { key, at, line };
  });
}
