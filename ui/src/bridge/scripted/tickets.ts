/**
 * Made-up tickets, and what the program would derive from them: lines, counts, an opened ticket.
 *
 * A stand-in for the program in a plain browser and in tests; the real rules are the program's.
 *
 * **Invariant:** the same `now` and the same number give the same tickets.
 */
import type {
  BoardQuery,
  Chip,
  Choice,
  Counts,
  Face,
  FieldName,
  FieldState,
  FieldView,
  Grouping,
  Heading,
  Line,
  Row,
  Severity,
  Slack,
  TicketView,
  Unsent,
} from '../generated';
import { ASSIGNEES, BOARDS, CLIENTS, LOCATIONS, ME, PRIORITIES, STATUSES, TITLES } from './people';

const MINUTE = 60_000;

/** Fields that can be chosen on the made-up board. */
export const CHOICES: Partial<Record<FieldName, readonly Choice[]>> = {
  status_id: STATUSES,
  priority_id: PRIORITIES,
  assigned_to: ASSIGNEES,
  board_id: BOARDS,
};

export interface Made {
  id: string;
  number: string;
  client: string;
  location: string;
  due: number | null;
  values: Record<'title' | 'status_id' | 'priority_id' | 'assigned_to' | 'board_id', Choice>;
  states: Partial<Record<FieldName, FieldState>>;
  faces: Face[];
  lit: FieldName[];
  asOf: number;
}

function pick<T>(from: readonly T[], place: number): T {
  const found = from[place % from.length];
  if (found === undefined) throw new RangeError('an empty list to pick from');
  return found;
}

const words = (label: string): Choice => ({ value: label, label, tone: null, severity: null });

/** Minutes to the target of the first tickets; the rest lie further off. */
const SOON = [-12, -4, 18, 26, 41, 52, 55, 58];
const LEVELS = [0, 0, 1, 1, 2, 2, 1, 2, 2, 3, 2, 3, 2, 3, 2, 3];
const STANDS = [1, 1, 0, 3, 6, 0, 4, 1, 1, 5, 0, 6, 1, 0, 2, 0];
const DOES = [1, 2, 0, 3, 2, 0, 1, 4, 3, 1, 0, 2, 3, 0, 4, 0];

export function makeTickets(count: number, now: number): Made[] {
  return Array.from({ length: count }, (_, place) => {
    const round = Math.floor(place / TITLES.length);
    const title = pick(TITLES, place);
    const minutes = SOON[place] ?? 70 + place * 23;
    return {
      id: `t-${place}`,
      number: `T-${4312 - place + (place > 4311 ? 20_000 : 0)}`,
      client: pick(CLIENTS, place + round),
      location: pick(LOCATIONS, place + round),
      due: place % 29 === 28 ? null : now + minutes * MINUTE + 20_000,
      values: {
        title: words(round === 0 ? title : `${title} (${round + 1})`),
        status_id: pick(STATUSES, pick(STANDS, place)),
        priority_id: pick(PRIORITIES, pick(LEVELS, place)),
        assigned_to: pick(ASSIGNEES, pick(DOES, place)),
        board_id: pick(BOARDS, Math.floor(place / 7)),
      },
      states: {},
      faces: [],
      lit: [],
      asOf: now,
    };
  });
}

export function slackOf(due: number | null, now: number): Slack {
  if (due === null) return 'untimed';
  const left = due - now;
  if (left < 0) return 'breached';
  if (left <= 60 * MINUTE) return 'hour';
  return left <= 24 * 60 * MINUTE ? 'today' : 'later';
}

function unsentOf(made: Made): Unsent {
  const kinds = Object.values(made.states).map((state) => state.kind);
  if (kinds.includes('conflict') || kinds.includes('refused')) return 'needsYou';
  return kinds.includes('queued') || kinds.includes('sending') ? 'queued' : 'nothing';
}

function rowOf(made: Made, now: number): Row {
  const { values } = made;
  return {
    ticket: made.id,
    number: made.number,
    title: values.title.label,
    client: made.client,
    location: made.location,
    status: values.status_id,
    severity: values.priority_id.severity ?? 'normal',
    assignee: values.assigned_to.label || null,
    team: null,
    category: null,
    entered: null,
    updated: made.asOf,
    due: made.due,
    slack: slackOf(made.due, now),
    faces: made.faces,
    unsent: unsentOf(made),
    lit: made.lit,
  };
}

const closed = (made: Made): boolean =>
  ['s-resolved', 's-closed'].includes(String(made.values.status_id.value));

function sortKey(made: Made, by: BoardQuery['sort']['by']): string | number {
  switch (by) {
    case 'due':
      return made.due ?? Number.MAX_SAFE_INTEGER;
    case 'number':
      return made.number;
    case 'title':
      return made.values.title.label;
    case 'client':
      return made.client;
    case 'status':
      return STATUSES.indexOf(made.values.status_id);
    case 'priority':
      return PRIORITIES.indexOf(made.values.priority_id);
    case 'assignee':
      return made.values.assigned_to.label;
    case 'age':
      return -Number(made.number);
    case 'updated':
      return made.asOf;
  }
}

/** Whether a chip lets a ticket through. */
function fits(chip: Chip, made: Made, now: number): boolean {
  const { values } = made;
  switch (chip.by) {
    case 'status':
      return values.status_id.value === chip.is;
    case 'priority':
      return values.priority_id.value === chip.is;
    case 'assignee':
      return values.assigned_to.value === chip.is;
    case 'mine':
      return values.assigned_to.value === ME.user;
    case 'board':
      return values.board_id.value === chip.is;
    case 'client':
      return made.client === chip.is;
    case 'place':
      return made.location === chip.is;
    case 'due':
      return slackOf(made.due, now) === chip.is;
    case 'work':
      return unsentOf(made) === chip.is;
    case 'team':
    case 'category':
      return chip.is === null;
    case 'watched':
      return false;
  }
}

const kindOf = (chip: Chip): string => (chip.by === 'mine' ? 'assignee' : chip.by);

function matches(made: Made, query: BoardQuery, now: number): boolean {
  if (query.open !== 'all' && closed(made) !== (query.open === 'closed')) return false;
  const missed = query.chips.some(
    (chip) => !query.chips.some((other) => kindOf(other) === kindOf(chip) && fits(other, made, now)),
  );
  if (missed) return false;
  const all = [made.number, made.values.title.label, made.client, made.values.assigned_to.label]
    .join(' ')
    .toLowerCase();
  return query.search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function headingOf(row: Row, group: Exclude<Grouping, 'none'>): Heading {
  switch (group) {
    case 'due':
      return { kind: 'due', value: row.slack };
    case 'priority':
      return { kind: 'priority', value: row.severity };
    case 'status':
      return { kind: 'status', value: row.status.label };
    case 'assignee':
      return { kind: 'assignee', value: row.assignee };
    case 'client':
      return { kind: 'client', value: row.client };
    case 'team':
      return { kind: 'team', value: row.team };
  }
}

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'normal', 'low'];
const SLACKS: readonly Slack[] = ['breached', 'hour', 'today', 'later', 'untimed'];

/** The whole board as the query wants it. */
export function linesOf(tickets: readonly Made[], query: BoardQuery, now: number): Line[] {
  const way = query.sort.descending ? -1 : 1;
  const found = tickets
    .filter((made) => matches(made, query, now))
    .map((made) => ({ made, key: sortKey(made, query.sort.by) }))
    .sort((a, b) => (a.key < b.key ? -way : a.key > b.key ? way : 0))
    .map(({ made }) => rowOf(made, now));
  const ticket = (row: Row): Line => ({ kind: 'ticket', ...row });
  if (query.group === 'none') return found.map(ticket);
  const { group } = query;
  const under = new Map<string, Row[]>();
  for (const row of found) {
    const name = headingOf(row, group).value ?? '';
    under.set(name, [...(under.get(name) ?? []), row]);
  }
  const order: readonly string[] =
    group === 'due' ? SLACKS : group === 'priority' ? SEVERITIES : [...under.keys()].sort();
  return order.flatMap((name): Line[] => {
    const [first, ...others] = under.get(name) ?? [];
    if (!first) return [];
    const heading = headingOf(first, group);
    return [{ kind: 'heading', heading, count: others.length + 1 }, ticket(first), ...others.map(ticket)];
  });
}

export function countsOf(tickets: readonly Made[]): Counts {
  const open = tickets.filter((made) => !closed(made));
  const states = tickets.flatMap((made) => Object.values(made.states));
  const inState = (...kinds: FieldState['kind'][]) =>
    states.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    tickets: open.length,
    critical: open.filter((made) => made.values.priority_id.value === 'p-1').length,
    unassigned: open.filter((made) => made.values.assigned_to.value === null).length,
    needsYou: inState('conflict', 'refused'),
    queued: inState('queued', 'sending'),
    rooms: Math.min(214, tickets.length),
    unread: 0,
  };
}

function fieldOf(made: Made, field: FieldName, shown: Choice): FieldView {
  const choices = CHOICES[field];
  return {
    field,
    shown,
    input: choices ? 'choice' : 'text',
    choices: choices ? [...choices] : null,
    state: made.states[field] ?? { kind: 'confirmed', savedAt: null },
    editors: made.faces.filter((face) => face.editing === field),
    lit: made.lit.includes(field),
  };
}

export function viewOf(made: Made, now: number, live: boolean): TicketView {
  return {
    ticket: made.id,
    number: made.number,
    client: made.client,
    severity: made.values.priority_id.severity ?? 'normal',
    due: made.due,
    slack: slackOf(made.due, now),
    faces: made.faces,
    fields: Object.entries({
      ...made.values,
      client_id: words(made.client),
      location_id: words(made.location),
    }).map(([field, shown]) => fieldOf(made, field as FieldName, shown)),
    access: 'open',
    source: live ? 'live' : 'fetched',
    asOf: made.asOf,
  };
}
