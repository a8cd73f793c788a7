/**
 * What the gallery's primitives are filled with: the awkward cases first.
 *
 * **Invariant:** the same on every visit; every name is invented.
 */
import { PEOPLE, STATUSES as ALL } from '../../bridge/scripted/people';
import type { Choice, Face, FieldState, FieldView, Row } from '../../bridge/generated';

export const NOW = 1_795_262_400_000;
export const LONG =
  'Front desk cannot reach the booking server since the switch on the second floor was replaced by the contractor';
export const ARABIC = 'مشكلة في تسجيل الدخول بعد التحديث';
export const EMOJI = 'Printer 🖨️ says 🔥, then 👩‍🔧🇳🇴 and a flag';
export const STATUSES: readonly Choice[] = ALL;
export const FACES: readonly Face[] = PEOPLE;

const status = (place: number): Choice => {
  const found = ALL[place % ALL.length];
  if (!found) throw new RangeError('no status');
  return found;
};

const face = (place: number, part: Partial<Face> = {}): Face => {
  const found = PEOPLE[place % PEOPLE.length];
  if (!found) throw new RangeError('nobody');
  return { ...found, ...part };
};

const row = (place: number, part: Partial<Row>): Row => ({
  ticket: `g-${place}`,
  number: `T-${4312 - place}`,
  title: 'VPN down for all home workers',
  client: 'Alder & Finch',
  location: null,
  status: status(place),
  severity: 'normal',
  assignee: 'Dana Wu',
  team: null,
  category: null,
  entered: NOW - 9e7,
  updated: NOW - 6e5,
  due: NOW + 26 * 60_000,
  slack: 'hour',
  faces: [],
  unsent: 'nothing',
  lit: [],
  ...part,
});

export interface MadeLine {
  name: string;
  line: Row;
  open?: boolean;
  current?: boolean;
}

export const LINES: readonly MadeLine[] = [
  { name: 'plain', line: row(0, {}) },
  { name: 'open', open: true, line: row(1, { severity: 'critical', due: NOW - 720_000, slack: 'breached' }) },
  { name: 'current', current: true, line: row(2, { severity: 'high' }) },
  {
    name: 'just changed',
    line: row(3, { lit: ['status_id', 'title', 'assigned_to', 'client_id', 'due_date', 'priority_id'] }),
  },
  { name: 'queued', line: row(4, { unsent: 'queued', severity: 'low' }) },
  { name: 'needs you', line: row(5, { unsent: 'needsYou', title: LONG }) },
  {
    name: 'people',
    line: row(6, {
      faces: [face(0), face(1, { editing: 'title' }), face(2, { state: 'idle' }), face(3), face(4)],
    }),
  },
  { name: 'unknown', line: row(7, { faces: [face(2, { state: 'unknown' })] }) },
  { name: 'right to left', line: row(8, { title: ARABIC, client: ARABIC, assignee: ARABIC }) },
  { name: 'emoji', line: row(9, { title: EMOJI, client: '🏥 Harbour', assignee: '🦊 Lee' }) },
  {
    name: 'long',
    line: row(10, { title: LONG, client: LONG, assignee: LONG, due: NOW + 9e8, slack: 'later' }),
  },
  { name: 'nothing', line: row(11, { client: null, assignee: null, due: null, slack: 'untimed' }) },
  { name: 'one long word', line: row(12, { title: 'x'.repeat(300) }) },
];

const view = (part: Partial<FieldView>): FieldView => ({
  field: 'status_id',
  shown: status(0),
  input: 'choice',
  choices: [...ALL],
  state: { kind: 'confirmed', savedAt: null },
  editors: [],
  lit: false,
  ...part,
});

const standing = (name: string, state: FieldState, part: Partial<FieldView> = {}) => ({
  name,
  view: view({ state, ...part }),
});

export const FIELDS: readonly { name: string; view: FieldView }[] = [
  standing('confirmed', { kind: 'confirmed', savedAt: null }),
  standing('saved', { kind: 'confirmed', savedAt: NOW }),
  standing('queued', { kind: 'queued' }),
  standing('sending', { kind: 'sending' }),
  standing('refused', { kind: 'refused', reason: 'The status is of another board.' }),
  standing('conflict', {
    kind: 'conflict',
    mine: status(5),
    theirs: status(7),
    by: 'Bob Kessler',
    at: NOW,
    draft: true,
  }),
  standing('just changed', { kind: 'confirmed', savedAt: null }, { lit: true }),
  standing(
    'being edited',
    { kind: 'confirmed', savedAt: null },
    { editors: [face(1, { editing: 'status_id' })] },
  ),
  standing('without choices', { kind: 'confirmed', savedAt: null }, { choices: null }),
  {
    name: 'long',
    view: view({ field: 'client_id', shown: { value: 'c', label: LONG, tone: null, severity: null } }),
  },
  {
    name: 'right to left',
    view: view({ field: 'client_id', shown: { value: 'c', label: ARABIC, tone: null, severity: null } }),
  },
];
