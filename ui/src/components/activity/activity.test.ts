import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ActivityChange, ActivityEntry, Reason } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { EVERYTHING, PAGE } from '../../state/activity.svelte';
import { entry, press, shown, windowAt } from '../../test/work';

let backend: RecordingBackend;
let rev: number;

async function told(change: ActivityChange, by = 1): Promise<void> {
  rev += by;
  backend.tell({ is: 'activity', value: { rev, change } });
  await shown();
}

const reset = (entries: ActivityEntry[], total = entries.length) => told({ kind: 'reset', total, entries });
const lines = () => screen.queryAllByTestId('activity-list-line');
const numbers = () => lines().map((line) => Number(line.dataset['key']));
const asked = () => backend.taken().filter((command) => command.do === 'openActivity');
const page = { do: 'openActivity', filter: EVERYTHING, before: null, count: PAGE };

beforeEach(async () => {
  rev = 0;
  backend = await windowAt('activity');
});

describe('what happened (CO-6)', () => {
  it('is told while it is looked at, and no longer', async () => {
    expect(asked()).toEqual([page]);
    expect(screen.getByTestId('waiting')).toBeTruthy();
    await fireEvent.click(screen.getByTestId('go-board'));
    await shown();
    expect(backend.taken()).toContainEqual({ do: 'closeActivity' });
  });

  it('says for each what was done about it, and why', async () => {
    const verdict = { toast: 'none', sound: null, badge: false, attention: false, repeats: false } as const;
    const reason: Reason = { kind: 'quietHours', until: 420 };
    await reset([entry(2), entry(1, { verdict: { ...verdict, reason } })]);
    expect(lines()[0]?.textContent).toMatch(
      /Status changed.*Bob Kessler.*T-t2.*Quiet toast.*a rule says so/s,
    );
    expect(lines()[1]?.textContent).toMatch(/Nothing.*quiet hours until 07:00/s);
  });

  it('is empty, or empty of what was asked for, and says which', async () => {
    await reset([]);
    expect(screen.getByTestId('activity').textContent).toContain('Nothing has happened yet');
    await fireEvent.click(within(screen.getByTestId('activity-told')).getByLabelText('Held back'));
    await reset([]);
    expect(screen.getByTestId('activity').textContent).toContain('Nothing of that kind');
    backend.taken();
    await fireEvent.click(screen.getByText('Show all'));
    expect(asked()).toEqual([page]);
  });

  it('adds what is new on top and stays where the person is (CO-10)', async () => {
    await reset([entry(2), entry(1)]);
    const list = screen.getByTestId('activity-list');
    list.focus();
    await press('ArrowDown');
    await told({ kind: 'added', total: 3, entries: [entry(3)] });
    expect(numbers()).toEqual([3, 2, 1]);
    expect(document.activeElement).toBe(list);
    expect(list.querySelector('[data-current]')?.getAttribute('data-key')).toBe('1');
  });

  it('asks for the page anew when a number was missed, and believes nothing before it comes', async () => {
    await reset([entry(1)]);
    backend.taken();
    await told({ kind: 'added', total: 3, entries: [entry(3)] }, 2);
    await told({ kind: 'added', total: 4, entries: [entry(4)] });
    expect(asked()).toEqual([page]);
    expect(numbers()).toEqual([1]);
    await reset([entry(4), entry(3), entry(2), entry(1)]);
    expect(numbers()).toEqual([4, 3, 2, 1]);
  });
});

describe('finding something in it', () => {
  it('by the ticket that is pointed at, with one key, and back', async () => {
    await reset([entry(1)]);
    screen.getByTestId('activity-list').focus();
    backend.taken();
    await press('f');
    await press('f');
    expect(asked().map(({ filter }) => filter.ticket)).toEqual(['t1', null]);
  });

  it('by what was done', async () => {
    backend.taken();
    await fireEvent.click(within(screen.getByTestId('activity-told')).getByLabelText('Called you'));
    expect(asked()).toEqual([{ ...page, filter: { ...EVERYTHING, told: 'called' } }]);
  });

  it('page by page, from the oldest that is shown', async () => {
    const entries = Array.from({ length: PAGE }, (_, place) => entry(500 - place));
    await reset(entries, 500);
    backend.taken();
    await press(']');
    await press('[');
    expect(asked().map(({ before }) => before)).toEqual([401, null]);
  });
});

it('marks all as read, and opens the ticket that is pointed at', async () => {
  await reset([entry(1)]);
  screen.getByTestId('activity-list').focus();
  backend.taken();
  await press('m');
  await press('Enter');
  expect(backend.taken()).toEqual([
    { do: 'markRead', ticket: null },
    { do: 'openTicket', ticket: 't1' },
  ]);
});

it('is what a click on the summary of the machine leads to (CO-15)', async () => {
  await fireEvent.click(screen.getByTestId('go-board'));
  backend.tell({ is: 'show', value: { kind: 'activity' } });
  await shown();
  expect(screen.getByTestId('activity')).toBeTruthy();
});
