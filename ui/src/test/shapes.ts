/**
 * Lines and tickets with everything in them that a test does not care about.
 */
import type { Choice, Face, FieldName, FieldView, Line, Row, TicketView } from '../bridge/generated';

export const choice = (value: string | null, label: string): Choice => ({
  value,
  label,
  tone: null,
  severity: null,
});

export const face = (name: string, editing: FieldName | null = null): Face => ({
  user: name,
  name,
  initials: name.slice(0, 2).toUpperCase(),
  color: '#8b5cf6',
  editing,
  state: 'here',
  since: 0,
});

export function row(ticket: string, part: Partial<Row> = {}): Line {
  return {
    kind: 'ticket',
    ticket,
    number: `T-${ticket}`,
    title: `Title of ${ticket}`,
    client: 'Northwind Dental',
    location: null,
    status: { ...choice('s-new', 'New'), tone: 'work' },
    severity: 'normal',
    assignee: null,
    team: null,
    category: null,
    entered: null,
    updated: null,
    due: null,
    slack: 'untimed',
    faces: [],
    unsent: 'nothing',
    lit: [],
    ...part,
  };
}

export const heading = (count: number): Line => ({
  kind: 'heading',
  heading: { kind: 'due', value: 'today' },
  count,
});

export const rows = (count: number, first = 0): Line[] =>
  Array.from({ length: count }, (_, place) => row(`t${first + place}`));

export const STATUSES = [choice('s-new', 'New'), choice('s-hold', 'On hold'), choice('s-done', 'Resolved')];

export function field(name: FieldName, part: Partial<FieldView> = {}): FieldView {
  return {
    field: name,
    shown: choice('s-new', 'New'),
    input: 'choice',
    choices: STATUSES,
    state: { kind: 'confirmed', savedAt: null },
    editors: [],
    lit: false,
    ...part,
  };
}

export const title = (part: Partial<FieldView> = {}): FieldView =>
  field('title', { shown: choice('Printer', 'Printer'), choices: null, ...part });

export function ticket(id: string, fields: FieldView[], part: Partial<TicketView> = {}): TicketView {
  return {
    ticket: id,
    number: `T-${id}`,
    client: null,
    severity: 'normal',
    due: null,
    slack: 'untimed',
    faces: [],
    fields,
    access: 'open',
    source: 'live',
    asOf: 0,
    ...part,
  };
}
