import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BoardQuery, Chip, SavedView, Update } from '../../bridge/generated';
import { FIRST_QUERY } from '../../state/board.svelte';
import { FIRST_COLUMNS } from '../../state/columns';
import { RecordingBackend } from '../../test/backend';
import { row } from '../../test/shapes';
import ConsoleView from '../views/ConsoleView.svelte';

let backend: RecordingBackend;

async function shown(): Promise<void> {
  await tick();
  await tick();
  await tick();
}

async function tell(update: Update): Promise<void> {
  backend.tell(update);
  await shown();
}

const queries = (): BoardQuery[] =>
  backend.taken().flatMap((command) => (command.do === 'openView' ? [command.query] : []));

/** A menu opens on the press of the pointer. */
async function openMenu(mark: string): Promise<void> {
  const button = screen.getByTestId(mark);
  button.focus();
  await fireEvent.keyDown(button, { key: 'Enter' });
  await waitFor(() => screen.getAllByTestId('menu-item'));
}

async function choose(label: RegExp): Promise<void> {
  const item = screen.getAllByTestId('menu-item').find(({ textContent }) => label.test(textContent));
  if (!item) throw new Error(`nothing called ${label}`);
  await fireEvent.pointerMove(item);
  await fireEvent.pointerUp(item);
  await shown();
}

const NEW: Chip = { by: 'status', is: 's-new' };
const view = (name: string, part: Partial<SavedView> = {}): SavedView => ({
  id: name,
  name,
  query: { ...FIRST_QUERY, chips: [NEW] },
  columns: ['severity', 'title', 'status'],
  ...part,
});

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await tell({
    is: 'board',
    value: { view: 'main', rev: 1, change: { kind: 'reset', total: 1, first: 0, lines: [row('a')] } },
  });
  backend.taken();
});

describe('filters (CO-2)', () => {
  it('are added by their kind, show what there is with how many tickets, and narrow the board', async () => {
    await openMenu('add-filter');
    await choose(/^\s*Status/);
    await waitFor(() => screen.getByTestId('filter-find'));
    expect(backend.taken()).toContainEqual({ do: 'readOffers', view: 'main', kind: 'status' });
    const offers = [
      { chips: [NEW], label: 'New', tickets: 12 },
      { chips: [{ by: 'status', is: 's-hold' } as const], label: 'On hold', tickets: 3 },
    ];
    await tell({ is: 'offers', value: { view: 'main', kind: 'status', offers, total: 2 } });
    const [first, second] = screen.getAllByTestId('filter-option');
    if (!first || !second) throw new Error('no offers');
    expect(first.textContent).toMatch(/New\s*12/);
    await fireEvent.click(first);
    await fireEvent.click(second);
    expect(queries().map(({ chips }) => chips)).toEqual([[NEW], [NEW, { by: 'status', is: 's-hold' }]]);
    expect(screen.getByTestId('filter-chip').textContent).toMatch(/Status\s*New\s*\+1/);
    await fireEvent.click(first);
    expect(queries()[0]?.chips).toEqual([{ by: 'status', is: 's-hold' }]);
  });

  it('are chosen by the keyboard alone', async () => {
    await openMenu('add-filter');
    await choose(/^\s*Status/);
    const box = await waitFor(() => screen.getByTestId('filter-find'));
    const offers = [{ chips: [NEW], label: 'New', tickets: 12 }];
    await tell({ is: 'offers', value: { view: 'main', kind: 'status', offers, total: 1 } });
    backend.taken();
    await fireEvent.keyDown(box, { key: 'ArrowDown' });
    await fireEvent.keyDown(box, { key: 'Enter' });
    expect(queries()[0]?.chips).toEqual([NEW]);
  });

  it('are put away one by one, and all at once from an empty board', async () => {
    await tell({ is: 'views', value: [view('Mine')] });
    await openMenu('views');
    await choose(/Mine/);
    await waitFor(() => screen.getByTestId('filter-chip'));
    backend.taken();
    await fireEvent.click(screen.getByLabelText('Remove the filter: Status'));
    expect(queries()[0]?.chips).toEqual([]);
    expect(screen.queryByTestId('filter-chip')).toBeNull();
  });

  it('say when what they name is gone', async () => {
    await tell({ is: 'views', value: [view('Mine')] });
    await openMenu('views');
    await choose(/Mine/);
    await tell({ is: 'chips', value: { view: 'main', chips: [{ chip: NEW, label: null }] } });
    expect(screen.getByTestId('filter-chip').textContent).toContain('no longer there');
  });
});

describe('saved views (CO-2)', () => {
  it('are used from their menu and by their key, with their columns', async () => {
    await tell({ is: 'views', value: [view('Late'), view('Mine', { query: FIRST_QUERY })] });
    await fireEvent.keyDown(document.body, { key: '1', ctrlKey: true });
    await shown();
    expect(queries()[0]?.chips).toEqual([NEW]);
    expect(screen.getByTestId('views').textContent).toContain('Late');
    expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent.trim())).toEqual([
      'Pri',
      'Title',
      'Status',
    ]);
  });

  it('are saved under a name, and are in use as soon as the program says so', async () => {
    await openMenu('views');
    await choose(/Save as/);
    const box = await waitFor(() => screen.getByTestId('view-name'));
    await fireEvent.input(box, { target: { value: 'Night shift' } });
    await fireEvent.click(screen.getByTestId('view-done'));
    const columns = [...FIRST_COLUMNS];
    expect(backend.taken()).toContainEqual({
      do: 'saveView',
      saved: null,
      name: 'Night shift',
      query: FIRST_QUERY,
      columns,
    });
    await tell({ is: 'views', value: [view('Night shift', { query: FIRST_QUERY, columns })] });
    expect(screen.getByTestId('views').textContent).toContain('Night shift');
    expect(screen.getByTestId('views').textContent).not.toContain('Changed');
    await fireEvent.click(screen.getByText('Title', { selector: 'button' }));
    await shown();
    expect(screen.getByTestId('views').textContent).toContain('Changed since it was saved');
  });

  it('leave the board as it is when they are deleted', async () => {
    await tell({ is: 'views', value: [view('Late')] });
    await fireEvent.keyDown(document.body, { key: '1', ctrlKey: true });
    await shown();
    backend.taken();
    await openMenu('views');
    await choose(/Delete/);
    await fireEvent.click(await waitFor(() => screen.getByTestId('view-done')));
    expect(backend.taken()).toContainEqual({ do: 'deleteView', saved: 'Late' });
    await tell({ is: 'views', value: [] });
    expect(screen.getByTestId('views').textContent).toContain('All tickets');
    expect(queries()).toEqual([]);
  });
});

describe('lines that stand still', () => {
  const stand = (waiting: number, held = waiting > 0) =>
    tell({ is: 'view', value: { view: 'main', tickets: 1, waiting, held } });

  it('are told of, and let go when the person says so', async () => {
    await stand(4);
    expect(screen.getByTestId('held').textContent).toContain('4 tickets changed');
    await fireEvent.click(screen.getByTestId('refresh-now'));
    expect(backend.taken()).toContainEqual({ do: 'refreshNow', view: 'main' });
    await stand(0);
    expect(screen.queryByTestId('held')).toBeNull();
  });

  it('are let go by their key', async () => {
    await fireEvent.keyDown(document.body, { key: '.' });
    expect(backend.taken(), 'nothing waits').toEqual([]);
    await stand(1);
    await fireEvent.keyDown(document.body, { key: '.' });
    expect(backend.taken()).toEqual([{ do: 'refreshNow', view: 'main' }]);
  });

  it('are told of no more until others wait too, when the person goes on', async () => {
    await stand(4);
    await fireEvent.click(screen.getByTestId('keep-editing'));
    expect(screen.queryByTestId('held')).toBeNull();
    await stand(4);
    expect(screen.queryByTestId('held')).toBeNull();
    await stand(5);
    expect(screen.getByTestId('held').textContent).toContain('5 tickets changed');
  });

  it('stand still under a pointer and under the keys', async () => {
    await fireEvent.pointerMove(screen.getByTestId('row'));
    screen.getByTestId('board').focus();
    await fireEvent.keyDown(screen.getByTestId('board'), { key: 'ArrowDown' });
    expect(backend.taken().filter(({ do: what }) => what === 'choosing')).toEqual([
      { do: 'choosing', view: 'main', by: 'pointer', on: true },
      { do: 'choosing', view: 'main', by: 'keyboard', on: true },
    ]);
    await fireEvent.blur(screen.getByTestId('board'));
    expect(backend.taken()).toEqual([{ do: 'choosing', view: 'main', by: 'keyboard', on: false }]);
  });
});
