/**
 * The words of the board's head: columns, filters, saved views, lines that wait; a part of the catalogue (CO-21).
 *
 * **Invariant:** words only.
 */
import type { Chip, ChipKind, Column, Slack, Unsent } from '../bridge/generated';
import { number } from './time';

export const COLUMNS: Record<Column, string> = {
  severity: 'Pri',
  number: 'Number',
  due: 'SLA',
  age: 'Age',
  title: 'Title',
  client: 'Client',
  status: 'Status',
  assignee: 'Assignee',
  team: 'Team',
  place: 'Location',
  category: 'Category',
  updated: 'Updated',
  presence: 'Here now',
  unsent: 'Unsent',
};

const KINDS: Record<ChipKind, string> = {
  status: 'Status',
  priority: 'Priority',
  assignee: 'Assignee',
  team: 'Team',
  client: 'Client',
  board: 'Board',
  place: 'Location',
  category: 'Category',
  due: 'SLA',
  work: 'My work',
  watched: 'Watched',
};

const NOBODY: Partial<Record<ChipKind, string>> = { assignee: 'Nobody' };

const WORK: Record<Unsent, string> = { nothing: 'Nothing unsent', queued: 'Queued', needsYou: 'Needs you' };

const SLACK: Record<Slack, string> = {
  breached: 'Breached',
  hour: 'Within the hour',
  today: 'Today',
  later: 'Later',
  untimed: 'No target',
};

/** What a chip is called, where the program gave it that name or none. */
function named(chip: Chip | undefined, label: string | null): string {
  if (chip === undefined) return '';
  switch (chip.by) {
    case 'mine':
      return 'Mine';
    case 'watched':
      return 'Watched';
    case 'due':
      return SLACK[chip.is];
    case 'work':
      return WORK[chip.is];
    default:
      if (label !== null) return label;
      return chip.is === null ? (NOBODY[chip.by] ?? 'None') : 'no longer there';
  }
}

export const BOARD = {
  columnsLabel: 'Columns',
  rowsLabel: 'Row height',
  filters: {
    kinds: KINDS,
    named,
    add: 'Add a filter',
    find: (kind: ChipKind) => `${KINDS[kind]}: type to find…`,
    more: (count: string) => `+${count}`,
    remove: (kind: string) => `Remove the filter: ${kind}`,
  },
  views: {
    label: 'Views',
    first: 'All tickets',
    changed: 'Changed since it was saved',
    update: 'Save the changes',
    save: 'Save as a view…',
    rename: 'Rename…',
    delete: 'Delete',
    deleteMenu: 'Delete…',
    asks: { save: 'Save as a view', rename: 'Rename the view', delete: 'Delete the view?' },
    deleteSays: (name: string) => `“${name}” is gone then. The tickets in it stay as they are.`,
    name: 'Name',
    keep: 'Save',
    cancel: 'Cancel',
  },
  held: {
    waiting: (count: number) => (count === 1 ? '1 ticket changed' : `${number(count)} tickets changed`),
    says: 'The lines keep their places while you choose.',
    refresh: 'Refresh now',
    keep: 'Keep editing',
  },
  density: { compact: 'Compact', normal: 'Normal', comfortable: 'Comfortable' },
};
