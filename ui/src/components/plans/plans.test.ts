import { fireEvent, screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  PlanFault,
  PlanFields,
  PlanFormView,
  PlansView,
  PlanTrouble,
  PlanView,
} from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { DRAFT_AFTER_MS } from '../../state/typing.svelte';
import { choice, field, row, ticket, title } from '../../test/shapes';
import { press, shown, windowAt } from '../../test/work';
import { dayOf, timeOfDay } from '../../text/time';

const NINE = new Date(2026, 10, 24, 9, 0).getTime();
const TEN = new Date(2026, 10, 24, 10, 0).getTime();
const STATUSES = [choice('scheduled', 'Scheduled'), choice('en_route', 'En route')];

let backend: RecordingBackend;

const entry = (name: string, part: Partial<PlanView> = {}): PlanView => ({
  entry: name,
  version: 3,
  title: `Visit ${name}`,
  start: NINE,
  end: TEN,
  time: 'ahead',
  status: choice('scheduled', 'Scheduled'),
  people: ['Lee Okafor'],
  notes: '',
  private: false,
  removal: null,
  ...part,
});

const FIELDS: PlanFields = {
  title: 'Visit e1',
  start: { at: NINE, text: '' },
  end: { at: TEN, text: '' },
  status: 'scheduled',
  people: ['lee'],
  notes: '',
};

const form = (part: Partial<PlanFormView> = {}): PlanFormView => ({
  entry: 'e1',
  rev: 0,
  fields: FIELDS,
  people: [choice('lee', 'Lee Okafor')],
  makes: false,
  dirty: false,
  kept: false,
  save: 'none',
  trouble: null,
  banner: null,
  over: null,
  undo: false,
  ...part,
});

async function tell(part: Partial<PlansView> = {}): Promise<void> {
  backend.tell({
    is: 'plans',
    value: {
      ticket: 'a',
      known: { kind: 'told', asOf: Date.now() },
      entries: [entry('e1'), entry('e2', { time: 'overdue' })],
      more: false,
      forms: [],
      statuses: STATUSES,
      ...part,
    },
  });
  await shown();
}

const here = () => screen.getByTestId('plans');
const lines = () => screen.queryAllByTestId('plan');
const open = () => screen.getByTestId('plan-form');
const input = (id: string) => screen.getByTestId<HTMLInputElement>(id);
const deeds = () => backend.taken().map((command) => (command.do === 'plan' ? command.deed : command.do));
const type = (id: string, value: string) => fireEvent.input(input(id), { target: { value } });

beforeEach(async () => {
  backend = await windowAt('board');
  const lines = [row('a'), row('b')];
  backend.tell({
    is: 'board',
    value: { view: 'main', rev: 1, change: { kind: 'reset', total: 2, first: 0, lines } },
  });
  await shown();
  const [first] = screen.getAllByTestId('row');
  if (first) await fireEvent.click(first);
  const people = [choice(null, ''), choice('lee', 'Lee Okafor'), choice('dana', 'Dana Wu')];
  const assignee = field('assigned_to', { shown: choice('lee', 'Lee Okafor'), choices: people });
  backend.tell({ is: 'ticket', value: ticket('a', [title(), assignee]) });
  await shown();
  backend.taken();
});

describe('what is planned for a ticket (CO-3)', () => {
  it('is fetched, is nothing, may not be seen or is not said, and each reads otherwise', async () => {
    const words = new Set([here().textContent]);
    for (const known of [
      { kind: 'told', asOf: 0 },
      { kind: 'notYours' },
      { kind: 'notSaid' },
      { kind: 'refused', reason: 'Not today.' },
    ] as const) {
      await tell({ known, entries: [] });
      words.add(here().textContent);
      expect(screen.queryAllByTestId('plan-add')).toHaveLength(known.kind === 'told' ? 1 : 0);
    }
    expect(words.size).toBe(5);
    expect([...words].at(-1)).toContain('Not today.');
  });

  it('says when, who and how it stands, and of what is overdue that it is', async () => {
    await tell();
    const [first, second] = lines().map((line) => line.textContent);
    expect(first).toMatch(/09:00–10:00.*Scheduled.*Visit e1.*Lee Okafor/s);
    expect(first).not.toContain('overdue');
    expect(second).toContain('overdue');
  });

  it('is words, whatever stands in them (CO-23)', async () => {
    const hostile = '<img src=x onerror=alert(1)> مرحبا';
    await tell({ entries: [entry('e1', { title: hostile, notes: hostile, people: [hostile] })] });
    expect(document.querySelector('img')).toBeNull();
    expect(lines()[0]?.textContent).toContain(hostile);
  });

  it('is deleted after a second press, and only the version that was asked about', async () => {
    await tell();
    const [remove] = screen.getAllByTestId('plan-remove');
    if (!remove) throw new Error('a button');
    await fireEvent.click(remove);
    await tell({ entries: [entry('e1', { version: 4 })] });
    expect(deeds()).toEqual([]);
    await fireEvent.click(screen.getByTestId('plan-remove'));
    await fireEvent.click(screen.getByTestId('plan-remove'));
    await shown();
    expect(deeds()).toEqual([{ kind: 'remove', version: 4 }]);
  });

  it('says who was faster than a deletion', async () => {
    await tell({ entries: [entry('e1', { removal: { kind: 'overtaken', by: 'Bob Kessler', at: NINE } })] });
    expect(within(here()).getByRole('alert').textContent).toContain('Bob Kessler');
  });
});

describe('a form (RB-7)', () => {
  it('is opened by D for something new, and by its button for an entry', async () => {
    await tell();
    await press('d');
    await fireEvent.click(screen.getAllByTestId('plan-change')[0] as HTMLElement);
    await shown();
    const opened = backend.taken().filter(({ do: what }) => what === 'plan');
    expect(opened).toEqual([
      { do: 'plan', ticket: 'a', entry: null, deed: { kind: 'open' } },
      { do: 'plan', ticket: 'a', entry: 'e1', deed: { kind: 'open' } },
    ]);
    await tell({ forms: [form()] });
    expect(document.activeElement).toBe(input('plan-title'));
    expect(lines(), 'it stands in the place of its entry').toHaveLength(1);
  });

  it('hands over what is typed while the typing goes on, and all of it before it is saved', async () => {
    await tell({ forms: [form()] });
    vi.useFakeTimers();
    await type('plan-title', 'Visit');
    await type('plan-notes', 'Ladder');
    expect(deeds()).toEqual([]);
    vi.advanceTimersByTime(DRAFT_AFTER_MS);
    vi.useRealTimers();
    const fields = { ...FIELDS, title: 'Visit', notes: 'Ladder' };
    expect(deeds()).toEqual([{ kind: 'type', rev: 0, fields }]);
    await type('plan-notes', 'Ladder, rope');
    await fireEvent.click(screen.getByTestId('plan-save'));
    await shown();
    expect(deeds()).toEqual([
      { kind: 'type', rev: 0, fields: { ...fields, notes: 'Ladder, rope' } },
      { kind: 'save' },
    ]);
  });

  it('lets no late answer eat letters, and shows what the program put there itself', async () => {
    await tell({ forms: [form()] });
    await type('plan-notes', 'Ladder');
    await tell({ forms: [form()] });
    expect(input('plan-notes').value).toBe('Ladder');
    await fireEvent.click(screen.getByTestId('plan-save'));
    await tell({ forms: [form({ fields: { ...FIELDS, notes: 'L' }, dirty: true })] });
    expect(input('plan-notes').value).toBe('Ladder');
    await tell({ forms: [form({ rev: 1, fields: { ...FIELDS, notes: 'Theirs' }, undo: true })] });
    expect(input('plan-notes').value).toBe('Theirs');
  });

  it('takes a day and a time by the own clock, and what is none as it is typed', async () => {
    await tell({ forms: [form()] });
    expect([input('plan-start-day').value, input('plan-start-time').value]).toEqual([
      dayOf(NINE),
      timeOfDay(NINE),
    ]);
    await type('plan-start-time', '9:3');
    await fireEvent.click(screen.getByTestId('plan-save'));
    await shown();
    const start = { at: null, text: '2026-11-24 9:3' };
    expect(deeds()).toEqual([{ kind: 'type', rev: 0, fields: { ...FIELDS, start } }, { kind: 'save' }]);
    const faults: PlanFault[] = [{ field: 'start', reason: null }];
    const trouble: PlanTrouble = { kind: 'faults', faults };
    await tell({ forms: [form({ fields: { ...FIELDS, start }, dirty: true, trouble })] });
    expect(input('plan-start-day').getAttribute('aria-invalid')).toBe('true');
    expect(input('plan-start-time').value).toBe('9:3');
    await type('plan-start-time', '9:30');
    await fireEvent.click(screen.getByTestId('plan-save'));
    await shown();
    const half = { at: NINE + 30 * 60_000, text: '' };
    expect(deeds()[0]).toEqual({ kind: 'type', rev: 0, fields: { ...FIELDS, start: half } });
  });

  it('adds people from the list and takes them off again', async () => {
    await tell({ forms: [form()] });
    await fireEvent.click(screen.getByTestId('plan-add-person'));
    await shown();
    expect(screen.getAllByTestId('option').map((option) => option.dataset['value'])).toEqual(['dana']);
    await fireEvent.click(screen.getByTestId('option'));
    await fireEvent.click(screen.getByLabelText('Not Lee Okafor'));
    await fireEvent.click(screen.getByTestId('plan-save'));
    await shown();
    expect(deeds()[0]).toEqual({ kind: 'type', rev: 0, fields: { ...FIELDS, people: ['dana'] } });
  });

  it('says at its field what is wrong, and beneath what became of the save', async () => {
    const faults = [{ field: 'title' as const, reason: 'A title has 1 to 255 characters' }];
    await tell({ forms: [form({ dirty: true, trouble: { kind: 'faults', faults } })] });
    expect(open().textContent).toContain('A title has 1 to 255 characters');
    expect(input('plan-title').getAttribute('aria-invalid')).toBe('true');
    await tell({ forms: [form({ dirty: true, trouble: { kind: 'offline' } })] });
    expect(screen.getByTestId('plan-trouble').textContent).toContain('not queued');
    await tell({ forms: [form({ dirty: true, save: 'unknown' })] });
    expect(screen.getByTestId('plan-unknown').textContent).toContain('saved once');
  });

  it('asks with a banner that says who and when, takes no focus and changes no letter', async () => {
    await tell({ forms: [form()] });
    input('plan-notes').focus();
    await type('plan-notes', 'Ladder');
    const banner = { kind: 'newer', by: 'Bob Kessler', at: Date.now() } as const;
    await tell({ forms: [form({ dirty: true, fields: { ...FIELDS, notes: 'Ladder' }, banner })] });
    const asked = screen.getByTestId('plan-banner');
    expect(asked.textContent).toMatch(/Bob Kessler changed this plan \d\d:\d\d/);
    expect([document.activeElement, input('plan-notes').value]).toEqual([input('plan-notes'), 'Ladder']);
    await fireEvent.click(screen.getByTestId('plan-dismiss'));
    await fireEvent.click(screen.getByTestId('plan-reload'));
    await shown();
    expect(deeds().slice(1)).toEqual([{ kind: 'dismiss' }, { kind: 'reload' }]);
  });

  it('says after Dismiss whose version the next save replaces, and after Reload that it can be undone', async () => {
    await tell({ forms: [form({ dirty: true, over: { by: 'Bob Kessler', at: NINE } })] });
    expect(screen.getByTestId('plan-over').textContent).toContain('Bob Kessler');
    expect(screen.getByTestId('plan-save').textContent).toContain('Save over it');
    await tell({ forms: [form({ rev: 1, undo: true })] });
    await fireEvent.click(screen.getByTestId('plan-undo'));
    await shown();
    expect(deeds()).toEqual([{ kind: 'undo' }]);
  });

  it('is thrown away by a second press where something is in it, and leaves its words to Escape', async () => {
    await tell({ forms: [form({ dirty: true })] });
    input('plan-title').focus();
    await press('Escape');
    expect(document.activeElement).toBe(screen.getByTestId('ticket'));
    await fireEvent.click(screen.getByTestId('plan-close'));
    expect(deeds()).toEqual([]);
    await fireEvent.click(screen.getByTestId('plan-close'));
    await shown();
    expect(deeds()).toEqual([{ kind: 'close' }]);
    await tell({ forms: [form()] });
    await fireEvent.click(screen.getByTestId('plan-close'));
    await shown();
    expect(deeds(), 'nothing is lost with a clean one').toEqual([{ kind: 'close' }]);
  });

  it('is saved by Ctrl and Enter, once while it is on its way', async () => {
    await tell({ forms: [form({ dirty: true })] });
    input('plan-title').focus();
    await press('Enter', { ctrlKey: true });
    await shown();
    expect(deeds()).toEqual([{ kind: 'save' }]);
    await tell({ forms: [form({ dirty: true, save: 'going' })] });
    await press('Enter', { ctrlKey: true });
    await shown();
    expect(deeds()).toEqual([]);
  });

  it('has nothing against it that axe can see (CO-20)', async () => {
    const banner = { kind: 'newer', by: 'Bob Kessler', at: NINE } as const;
    const faults = [{ field: 'people' as const, reason: '1 to 50 people' }];
    const trouble = { kind: 'faults', faults } as const;
    await tell({ forms: [form({ dirty: true, banner, trouble }), form({ entry: null, makes: true })] });
    const found = await axe.run(here(), { rules: { 'color-contrast': { enabled: false } } });
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});
