/**
 * What the made-up program says of a view beside its lines: what can be chosen to narrow it, and the views under a name.
 *
 * **Invariant:** counts the made-up tickets that the view would show; rules of names are the program's own.
 */
import type {
  BoardQuery,
  Chip,
  ChipKind,
  Command,
  NamedChip,
  Offer,
  OffersView,
  SavedView,
  Slack,
  Unsent,
} from '../generated';
import { ASSIGNEES, BOARDS, CLIENTS, LOCATIONS, PRIORITIES, STATUSES } from './people';
import { linesOf, type Made } from './tickets';

const SLACKS: readonly Slack[] = ['breached', 'hour', 'today', 'later', 'untimed'];
const UNSENT: readonly Unsent[] = ['queued', 'needsYou'];

/** Everything of one kind, with its name. */
function all(kind: ChipKind): NamedChip[] {
  const named = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }));
  const from: Partial<Record<ChipKind, readonly { value: Chip | unknown; label: string }[]>> = {
    status: STATUSES,
    priority: PRIORITIES,
    assignee: ASSIGNEES,
    board: BOARDS,
    client: named(CLIENTS),
    place: named(LOCATIONS),
  };
  switch (kind) {
    case 'due':
      return SLACKS.map((is) => ({ chip: { by: kind, is }, label: null }));
    case 'work':
      return UNSENT.map((is) => ({ chip: { by: kind, is }, label: null }));
    case 'watched':
      return [{ chip: { by: kind }, label: null }];
    default: {
      const chips = (from[kind] ?? []).map(({ value, label }) => {
        return { chip: { by: kind, is: value } as Chip, label: label || null };
      });
      return kind === 'assignee' ? [{ chip: { by: 'mine' }, label: null }, ...chips] : chips;
    }
  }
}

export function offersOf(
  view: string,
  kind: ChipKind,
  query: BoardQuery,
  made: readonly Made[],
  now: number,
): OffersView {
  const others = query.chips.filter((chip) => (chip.by === 'mine' ? 'assignee' : chip.by) !== kind);
  const offers = all(kind).map(({ chip, label }): Offer => {
    const narrowed: BoardQuery = { ...query, group: 'none', chips: [...others, chip] };
    return { chips: [chip], label, tickets: linesOf(made, narrowed, now).length };
  });
  return { view, kind, offers, total: offers.length };
}

/** The chips of a query, as they are called. */
export function named(query: BoardQuery): NamedChip[] {
  return query.chips.map((chip) => {
    const kind: ChipKind = chip.by === 'mine' ? 'assignee' : chip.by;
    const known = all(kind).find((one) => JSON.stringify(one.chip) === JSON.stringify(chip));
    return known ?? { chip, label: null };
  });
}

/** The saved views after a command about them. */
export function saved(before: readonly SavedView[], command: Command): SavedView[] {
  const others = (id: string | null) => before.filter((view) => view.id !== id);
  const sorted = (views: SavedView[]) => views.sort((a, b) => a.name.localeCompare(b.name));
  switch (command.do) {
    case 'saveView': {
      const id = command.saved ?? `v-${before.length}-${command.name}`;
      const { name, query, columns } = command;
      return sorted([...others(id), { id, name, query, columns }]);
    }
    case 'renameView':
      return sorted(
        before.map((view) => (view.id === command.saved ? { ...view, name: command.name } : view)),
      );
    case 'deleteView':
      return others(command.saved);
    default:
      return [...before];
  }
}
