/**
 * Which columns the board has room for, and how wide they are.
 *
 * **Invariant:** pure; the order is the person's, and what a ticket is and how it stands is never left out.
 */
import type { Column } from '../bridge/generated';

/** What a dispatcher starts with. */
export const FIRST_COLUMNS: readonly Column[] = [
  'severity',
  'number',
  'title',
  'client',
  'status',
  'assignee',
  'presence',
  'due',
];

/** Every column, in the order in which a newly chosen one takes its place. */
export const ALL_COLUMNS: readonly Column[] = [
  'severity',
  'number',
  'title',
  'unsent',
  'client',
  'place',
  'category',
  'status',
  'assignee',
  'team',
  'presence',
  'age',
  'updated',
  'due',
];

/** Without these a line says nothing; they cannot be put away. */
export const KEPT: readonly Column[] = ['severity', 'title', 'status'];

/** The least width, and the share of what is left over; no share: as wide as it is. */
const WIDTHS: Record<Column, { least: number; share: number }> = {
  severity: { least: 60, share: 0 },
  number: { least: 70, share: 0 },
  title: { least: 160, share: 3 },
  unsent: { least: 104, share: 0 },
  client: { least: 116, share: 1 },
  place: { least: 120, share: 0.9 },
  category: { least: 110, share: 0.8 },
  // As wide as the longest of the usual ones: how a ticket stands is never cut short.
  status: { least: 164, share: 0.5 },
  assignee: { least: 104, share: 0.9 },
  team: { least: 104, share: 0.8 },
  presence: { least: 92, share: 0 },
  age: { least: 70, share: 0 },
  updated: { least: 84, share: 0 },
  due: { least: 78, share: 0 },
};

/** Which go first when there is no room. */
const FIRST_TO_GO: readonly Column[] = [
  'category',
  'updated',
  'age',
  'place',
  'team',
  'client',
  'unsent',
  'presence',
  'assignee',
  'number',
  'due',
];

const EDGE = 14;

/** Those that fit. */
export function fitting(columns: readonly Column[], width: number): readonly Column[] {
  const kept = [...columns];
  const need = () => kept.reduce((sum, column) => sum + WIDTHS[column].least, EDGE);
  for (const column of FIRST_TO_GO) {
    if (need() <= width) break;
    const at = kept.indexOf(column);
    if (at >= 0) kept.splice(at, 1);
  }
  return kept;
}

/** As a grid's template. */
export function template(columns: readonly Column[]): string {
  return columns
    .map((column) => {
      const { least, share } = WIDTHS[column];
      return share === 0 ? `${least}px` : `minmax(${column === 'title' ? 0 : least}px, ${share}fr)`;
    })
    .join(' ');
}

/** With a column put in or taken out; a new one takes the place that it has among all. */
export function withColumn(columns: readonly Column[], column: Column, on: boolean): readonly Column[] {
  const others = columns.filter((one) => one !== column);
  if (!on) return KEPT.includes(column) ? columns : others;
  const rank = (one: Column) => ALL_COLUMNS.indexOf(one);
  const before = others.findIndex((one) => rank(one) > rank(column));
  return before < 0 ? [...others, column] : others.toSpliced(before, 0, column);
}
