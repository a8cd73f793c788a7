import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NeedsItem, NeedsView } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { field, ticket, title } from '../../test/shapes';
import { about, conflict, needs, press, refusedComment, shown, windowAt } from '../../test/work';

let backend: RecordingBackend;

async function told(view: NeedsView): Promise<void> {
  backend.tell({ is: 'needs', value: view });
  await shown();
}

const refused = (id: string): NeedsItem =>
  conflict(id, { need: { kind: 'refused', reason: 'The board does not allow it.' } });
const lines = () => screen.queryAllByTestId('needs-list-line');
const line = (key: string): HTMLElement => {
  const found = lines().find((element) => element.dataset['key'] === key);
  if (!found) throw new Error(`no line of ${key}`);
  return found;
};
const keep = (id: string) => ({ do: 'keepYours', ticket: id, field: 'status_id', theirs: 's-done' });
const take = (id: string) => ({ do: 'takeTheirs', ticket: id, field: 'status_id', mine: 's-hold' });

beforeEach(async () => {
  backend = await windowAt('needs');
});

describe('what needs you (CO-4)', () => {
  it('is asked for from the start, and drawn as soon as it is told', async () => {
    expect(backend.sent).toContainEqual({ do: 'openNeeds' });
    expect(screen.getByTestId('waiting')).toBeTruthy();
    await told(needs([conflict('a'), refused('b')]));
    expect(screen.queryByTestId('waiting')).toBeNull();
    expect(lines()).toHaveLength(2);
  });

  it('says that there is nothing, and what would come here', async () => {
    await told(needs([]));
    expect(screen.getByTestId('needs').textContent).toContain('Nothing needs you');
  });

  it('shows base, yours, theirs, who and when', async () => {
    await told(needs([conflict('a')]));
    const words = line('a/status_id').textContent;
    expect(words).toMatch(/T-a.*Title of a.*Status.*Bob Kessler.*\d min ago.*was.*New.*On hold.*Resolved/s);
  });

  it('says how many more there are than are listed', async () => {
    await told(needs([conflict('a')], { total: 312 }));
    expect(screen.getByTestId('needs').textContent).toContain('The oldest 1 of 312');
  });

  it('shows names of any length and hostile titles as text (CO-23)', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    await told(needs([conflict('a', { about: about('a', hostile), by: `${'Very'.repeat(60)} Long` })]));
    expect(line('a/status_id').textContent).toContain(hostile);
    expect(document.querySelector('img')).toBeNull();
  });
});

describe('deciding with the keyboard', () => {
  it.each([
    ['y', keep('a')],
    ['t', take('a')],
  ])('%s settles the line that is pointed at, against the value that was shown', async (key, command) => {
    await told(needs([conflict('a'), conflict('b')]));
    screen.getByTestId('needs-list').focus();
    backend.taken();
    await press(key);
    expect(backend.taken()).toEqual([command]);
  });

  it('goes on to the next line by itself, so that four keys empty four lines', async () => {
    await told(needs(['a', 'b', 'c'].map((id) => conflict(id))));
    screen.getByTestId('needs-list').focus();
    backend.taken();
    for (const key of ['y', 't', 'y']) await press(key);
    expect(backend.taken()).toEqual([keep('a'), take('b'), keep('c')]);
  });

  it('never hits another line when the one that was meant has just gone', async () => {
    await told(needs([conflict('a'), conflict('b')]));
    screen.getByTestId('needs-list').focus();
    await told(needs([conflict('b')]));
    backend.taken();
    await press('t');
    expect(backend.taken()).toEqual([]);
    await press('ArrowDown');
    await press('t');
    expect(backend.taken()).toEqual([take('b')]);
  });

  it('stays on its line when others come before it (CO-10)', async () => {
    await told(needs([conflict('b')]));
    const list = screen.getByTestId('needs-list');
    list.focus();
    await told(needs([conflict('a'), conflict('b')]));
    backend.taken();
    await press('y');
    expect(backend.taken()).toEqual([keep('b')]);
    expect(document.activeElement).toBe(list);
  });

  it('presses once, however long a key is held', async () => {
    await told(needs([conflict('a'), conflict('b')]));
    screen.getByTestId('needs-list').focus();
    backend.taken();
    await press('y', { repeat: true });
    expect(backend.taken()).toEqual([]);
  });

  it('does nothing with letters when they are switched off (WCAG 2.1.4)', async () => {
    localStorage.setItem('singleKeys', 'off');
    document.body.replaceChildren();
    const { default: ConsoleView } = await import('../views/ConsoleView.svelte');
    const { render } = await import('@testing-library/svelte');
    render(ConsoleView, { backend });
    await shown();
    await fireEvent.click(screen.getByTestId('go-needs'));
    await told(needs([conflict('a')]));
    screen.getByTestId('needs-list').focus();
    backend.taken();
    await press('y');
    expect(backend.taken()).toEqual([]);
    await press('ArrowDown');
    await press('Enter');
    expect(backend.taken()).toContainEqual({ do: 'openTicket', ticket: 'a' });
  });

  it('keeps the focus in the list when a pressed button goes with its line', async () => {
    await told(needs([conflict('a'), conflict('b')]));
    const list = screen.getByTestId('needs-list');
    list.focus();
    const button = within(line('a/status_id')).getByTestId('needs-keep');
    button.focus();
    await fireEvent.click(button);
    await told(needs([conflict('b')]));
    expect(document.activeElement).toBe(list);
  });

  it('offers a third value where the ticket tells what can be chosen (CO-4)', async () => {
    await told(needs([conflict('a')]));
    screen.getByTestId('needs-list').focus();
    await press('e');
    const state = { kind: 'conflict', ...conflict('a'), draft: false } as const;
    backend.tell({ is: 'ticket', value: ticket('a', [title(), field('status_id', { state })]) });
    await shown();
    const option = screen.getAllByTestId('option').find((each) => each.dataset['value'] === 's-new');
    backend.taken();
    if (option) await fireEvent.click(option);
    expect(backend.taken()).toContainEqual({
      do: 'chooseOther',
      ticket: 'a',
      field: 'status_id',
      value: 's-new',
      theirs: 's-done',
    });
  });
});

describe('what was refused', () => {
  it('says why, in the words of the server, and is sent again or discarded', async () => {
    await told(needs([refused('a'), refused('b')]));
    expect(line('a/status_id').textContent).toContain('The board does not allow it.');
    screen.getByTestId('needs-list').focus();
    backend.taken();
    await press('y');
    await press('r');
    await press('Delete');
    expect(backend.taken()).toEqual([
      { do: 'retryEdit', ticket: 'a', field: 'status_id' },
      { do: 'dropEdit', ticket: 'b', field: 'status_id' },
    ]);
  });

  it('asks once before words are thrown away, for they cannot be brought back', async () => {
    await told(needs([], { comments: [refusedComment('a', 'c1', 'On our way.')] }));
    screen.getByTestId('needs-list').focus();
    backend.taken();
    await press('Delete');
    expect(backend.taken()).toEqual([]);
    expect(line('comment/c1').textContent).toContain('Discard for good?');
    await press('Delete');
    expect(backend.taken()).toEqual([{ do: 'dropComment', saying: 'c1' }]);
  });
});

describe('taking the last decision back', () => {
  const undo = {
    decision: 'd1',
    about: about('a'),
    field: 'status_id',
    verdict: 'took',
    at: Date.now(),
  } as const;

  it.each([
    ['u', {}],
    ['z', { ctrlKey: true }],
  ])('is done by %s, also where the list is empty by now', async (key, init) => {
    await told(needs([], { undo }));
    expect(screen.getByTestId('undo-bar').textContent).toMatch(/Took theirs.*T-a Status/s);
    backend.taken();
    await press(key, init);
    expect(backend.taken()).toEqual([{ do: 'undo', decision: 'd1' }]);
  });

  it('is offered only while the program offers it', async () => {
    await told(needs([conflict('a')]));
    expect(screen.queryByTestId('undo')).toBeNull();
    backend.taken();
    await press('u');
    expect(backend.taken()).toEqual([]);
  });
});

it('says what being offline means for a decision', async () => {
  await told(needs([conflict('a')]));
  expect(screen.queryByTestId('reach-note')).toBeNull();
  const link = {
    live: 'unavailable',
    reach: 'down',
    saving: 'safe',
    since: 0,
    lag: null,
    clockOffset: 0,
  } as const;
  backend.tell({ is: 'link', value: { ...link, support: 'full', quiet: false, polling: false } });
  await shown();
  expect(screen.getByTestId('reach-note').textContent).toContain('Offline');
});
