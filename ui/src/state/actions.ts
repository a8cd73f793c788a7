/**
 * Every action of the window: what it is called is in the catalogue, which key presses it stands here, and what it does.
 * Buttons print their keys from this table, the palette lists it, the shortcut sheet shows it.
 *
 * **Invariant:** nothing that a key does is decided anywhere else; arrows and the like within a list are that list's own.
 */
import type { FieldName, Grouping, OpenFilter, ZoomStep } from '../bridge/generated';
import { FIRST_QUERY } from './board.svelte';
import type { Combo } from './combo';
import type { Console } from './console.svelte';
import type { PlaceName } from './places.svelte';

/** Under which heading it stands in the shortcut sheet. */
export type ActionGroup = 'find' | 'board' | 'ticket' | 'window';

/** What actions can reach beside the state: the parts of the page that hold the focus. */
export interface Stage {
  console: Console;
  /** Whether the board has the keyboard. */
  isOnBoard(): boolean;
  focusSearch(): void;
  /** Edits a field of the line that the keyboard is on, in its cell; false where it has none. */
  editCell(field: FieldName): boolean;
  step(by: 1 | -1): void;
  /** Puts away what lies uppermost: marks, the ticket, the screen over the board. */
  close(): void;
  nextPane(by: 1 | -1): void;
}

export interface Action {
  group: ActionGroup;
  key?: Combo;
  /** A second key that works even where single keys are off. */
  also?: Combo;
  /** The key is not to be changed. */
  fixed?: boolean;
  /** Does it again while its key is held down. */
  repeats?: boolean;
  /** Whether it works in a ticket's own window too; where it does not say, what is about the open ticket does. */
  alone?: boolean;
  /** Whether there is anything to do; always, where it does not say. */
  can?: (on: Stage) => boolean;
  run: (on: Stage) => void;
}

const set = (field: FieldName, key?: Combo): Action => ({
  group: 'ticket',
  ...(key === undefined ? {} : { key }),
  can: (on) => isForMany(on, field) || lineOf(on) !== null || on.console.ticket.canPick(field),
  run: (on) => {
    const { bulk, ticket } = on.console;
    const line = lineOf(on);
    if (isForMany(on, field)) bulk.pick(field, ticket);
    else if (line === null) ticket.pick(field);
    // Where its column is not on the board, the ticket has it.
    else if (!on.editCell(field)) ticket.openAt(line, field);
  },
});

/** The line that the keyboard is on, unless its ticket lies open: that one is edited there. */
const lineOf = (on: Stage): string | null => {
  const { cursor, ticket } = on.console;
  return on.isOnBoard() && cursor.ticket !== ticket.id ? cursor.ticket : null;
};

/** What is marked on the board is meant before what lies open. */
const isForMany = ({ console: { bulk, places } }: Stage, field: FieldName): boolean =>
  places.now === 'board' && bulk.canPick(field);

const go = (place: PlaceName, key: Combo): Action => ({
  group: 'window',
  key,
  run: ({ console }) => console.places.go(place),
});

const zoom = (step: ZoomStep, key: Combo, also?: Combo): Action => ({
  group: 'window',
  key,
  ...(also === undefined ? {} : { also }),
  alone: true,
  repeats: true,
  run: ({ console }) => console.ask({ do: 'zoom', step }),
});

/** The ticket that is meant: the one that the keyboard is on, else the open one. */
const meant = ({ stage, cursor, ticket }: Console): string | null =>
  stage?.isOnBoard() && cursor.ticket !== null ? cursor.ticket : ticket.id;

const onBoard = ({ console }: Stage): boolean => console.places.now === 'board';

const settle = (action: 'keepYours' | 'takeTheirs', key: Combo): Action => ({
  group: 'ticket',
  key,
  can: ({ console }) => console.ticket.clash !== null,
  run: ({ console: { ticket } }) => {
    const { id, clash } = ticket;
    if (id !== null && clash !== null) ticket.settle(action, id, clash.field, clash.conflict);
  },
});

const group = (by: Grouping): Action => ({
  group: 'board',
  can: ({ console }) => console.board.query.group !== by,
  run: ({ console }) => console.board.change({ group: by }),
});

const show = (open: OpenFilter): Action => ({
  group: 'board',
  can: ({ console }) => console.board.query.open !== open,
  run: ({ console }) => console.board.change({ open }),
});

/** A saved view, by its place in their list. */
const view = (place: number): Action => ({
  group: 'board',
  key: `Ctrl+${place}`,
  can: ({ console: { views } }) => views.all.length >= place,
  run: ({ console: { views } }) => views.use(views.all[place - 1]?.id ?? null),
});

const table = <T extends string>(actions: Record<T, Action>): Record<T, Action> => actions;

export const ACTIONS = table({
  palette: { group: 'find', key: 'Ctrl+K', run: ({ console }) => console.over.show('') },
  commandLine: { group: 'find', key: '/', run: ({ console }) => console.over.show('/') },
  search: { group: 'find', key: 'Ctrl+F', run: (on) => on.focusSearch() },
  shortcuts: {
    group: 'find',
    key: '?',
    also: 'F1',
    alone: true,
    run: ({ console }) => console.over.showKeys(),
  },

  next: { group: 'board', key: 'J', repeats: true, can: onBoard, run: (on) => on.step(1) },
  previous: { group: 'board', key: 'K', repeats: true, can: onBoard, run: (on) => on.step(-1) },
  open: {
    group: 'board',
    key: 'Enter',
    fixed: true,
    can: (on) => on.isOnBoard() && on.console.cursor.ticket !== null,
    run: ({ console: { cursor, ticket } }) => cursor.ticket !== null && ticket.open(cursor.ticket),
  },
  refreshNow: {
    group: 'board',
    key: '.',
    can: ({ console }) => (console.board.summary?.waiting ?? 0) > 0,
    run: ({ console }) => console.board.refreshNow(),
  },
  groupBySla: group('due'),
  groupByStatus: group('status'),
  groupByAssignee: group('assignee'),
  groupByPriority: group('priority'),
  groupByClient: group('client'),
  groupByTeam: group('team'),
  groupByNone: group('none'),
  showOpen: show('open'),
  showClosed: show('closed'),
  showAll: show('all'),
  clearFilters: {
    group: 'board',
    can: ({ console }) => console.board.isNarrowed,
    run: ({ console: { board } }) => {
      const { search, chips, open } = FIRST_QUERY;
      board.change({ search, chips, open });
    },
  },

  view1: view(1),
  view2: view(2),
  view3: view(3),
  view4: view(4),
  view5: view(5),
  view6: view(6),
  view7: view(7),
  view8: view(8),
  view9: view(9),

  status: set('status_id', 'S'),
  priority: set('priority_id', 'P'),
  assignee: set('assigned_to', 'A'),
  team: set('assigned_team_id'),
  category: set('category_id'),
  client: set('client_id'),
  contact: set('contact_name_id'),
  place: set('location_id'),
  moveTo: set('board_id'),
  keepYours: settle('keepYours', 'Y'),
  takeTheirs: settle('takeTheirs', 'T'),
  ownWindow: {
    group: 'ticket',
    key: 'O',
    alone: false,
    can: ({ console }) => meant(console) !== null,
    run: ({ console }) => {
      const ticket = meant(console);
      if (ticket !== null) console.openWindow(ticket);
    },
  },
  watch: {
    group: 'ticket',
    key: 'W',
    can: ({ console }) => console.ticket.id !== null && console.alerts.view !== null,
    run: ({ console: { ticket, alerts } }) => {
      if (ticket.id !== null) alerts.watch(ticket.id, !alerts.isWatched(ticket.id));
    },
  },
  close: {
    group: 'ticket',
    key: 'Esc',
    fixed: true,
    alone: false,
    can: (on) => on.console.ticket.id !== null || on.console.bulk.marked.size > 0 || !onBoard(on),
    run: (on) => on.close(),
  },
  reply: {
    group: 'ticket',
    key: 'R',
    can: ({ console }) => console.ticket.id !== null,
    run: ({ console }) => console.ticket.reply(),
  },
  plan: {
    group: 'ticket',
    key: 'D',
    can: ({ console }) => console.ticket.canPlan,
    run: ({ console: { ticket, planning } }) => ticket.id !== null && planning.open(ticket.id, null),
  },
  undo: {
    group: 'ticket',
    key: 'U',
    also: 'Ctrl+Z',
    can: ({ console }) => console.undoable !== null,
    run: ({ console }) => console.undo(),
  },

  board: go('board', 'G B'),
  needs: go('needs', 'G N'),
  outbox: go('outbox', 'G O'),
  activity: go('activity', 'G A'),
  settings: go('settings', 'G S'),
  events: go('events', 'G E'),

  nextPane: { group: 'window', key: 'F6', run: (on) => on.nextPane(1) },
  previousPane: { group: 'window', key: 'Shift+F6', run: (on) => on.nextPane(-1) },
  zoomIn: zoom('larger', 'Ctrl+=', 'Ctrl++'),
  zoomOut: zoom('smaller', 'Ctrl+-'),
  zoomActual: zoom('actual', 'Ctrl+0'),
  theme: { group: 'window', alone: true, run: ({ console }) => console.taste.toggleTheme() },
  rows: { group: 'window', run: ({ console }) => console.taste.nextDensity() },
  singleKeys: { group: 'window', alone: true, run: ({ console }) => console.taste.toggleSingleKeys() },
  quiet: {
    group: 'window',
    alone: true,
    run: ({ console }) => console.send({ do: 'viewQuietly', on: !console.link.quiet }),
  },
  plug: {
    group: 'window',
    alone: true,
    can: ({ console }) => console.plug !== null,
    run: ({ console }) => console.turnPlug(),
  },
  retryLink: {
    group: 'window',
    alone: true,
    can: ({ console }) => console.link.live === 'unavailable' && console.link.reach !== 'signedOut',
    run: ({ console }) => console.send({ do: 'retryLink' }),
  },
});

export type ActionId = keyof typeof ACTIONS;

export const ACTION_IDS = Object.keys(ACTIONS) as ActionId[];

/** The action that spreads the choices of a field, where there is one. */
export const FIELD_ACTION: Partial<Record<FieldName, ActionId>> = {
  status_id: 'status',
  priority_id: 'priority',
  assigned_to: 'assignee',
  assigned_team_id: 'team',
  category_id: 'category',
  client_id: 'client',
  contact_name_id: 'contact',
  location_id: 'place',
  board_id: 'moveTo',
};

/** Does it, where there is anything to do; says whether there was. */
export function act(id: ActionId, on: Stage): boolean {
  if (!can(id, on)) return false;
  const action: Action = ACTIONS[id];
  action.run(on);
  return true;
}

/** Whether there is anything to do. */
export function can(id: ActionId, on: Stage): boolean {
  const { alone, group, can: may }: Action = ACTIONS[id];
  if (on.console.isAlone && !(alone ?? group === 'ticket')) return false;
  return !may || may(on);
}
