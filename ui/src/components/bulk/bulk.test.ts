import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { BULK_MAX, type BulkView } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { choice, field, row, rows, ticket, title } from '../../test/shapes';
import { BulkState } from '../../state/bulk.svelte';
import { about, press, shown, windowAt } from '../../test/work';

let backend: RecordingBackend;

const line = (id: string): HTMLElement => {
  const found = screen.getAllByTestId('row').find((element) => element.dataset['ticket'] === id);
  if (!found) throw new Error(`no line of ${id}`);
  return found;
};
const marked = () =>
  screen
    .getAllByTestId('row')
    .flatMap(({ dataset }) => (dataset['marked'] === 'true' ? [dataset['ticket']] : []));

beforeEach(async () => {
  backend = await windowAt('board');
  const lines = ['a', 'b', 'c', 'd'].map((id) => row(id));
  backend.tell({
    is: 'board',
    value: { view: 'main', rev: 1, change: { kind: 'reset', total: 4, first: 0, lines } },
  });
  await shown();
  screen.getByTestId('board').focus();
  backend.taken();
});

describe('marks', () => {
  it('are set with Space, and with Shift along the way', async () => {
    await press('ArrowDown');
    await press(' ');
    expect(marked()).toEqual(['a']);
    await press('ArrowDown');
    await press('ArrowDown', { shiftKey: true });
    expect(marked()).toEqual(['a', 'b', 'c']);
    expect(screen.getByTestId('bulk-bar').dataset['count']).toBe('3');
    const others = backend.taken().filter(({ do: what }) => what !== 'choosing');
    expect(others, 'a mark is nobody else’s business').toEqual([]);
  });

  it('are set with Ctrl and Shift and a click, and opens nothing', async () => {
    await fireEvent.click(line('a'), { ctrlKey: true });
    await fireEvent.click(line('c'), { shiftKey: true });
    expect(marked()).toEqual(['a', 'b', 'c']);
    await fireEvent.click(line('b'), { ctrlKey: true });
    expect(marked()).toEqual(['a', 'c']);
    expect(backend.taken()).toEqual([]);
  });

  it('stay on their tickets when the board moves', async () => {
    await fireEvent.click(line('a'), { ctrlKey: true });
    const lines = ['d', 'c', 'b', 'a'].map((id, at) => ({ at, line: row(id) }));
    backend.tell({
      is: 'board',
      value: { view: 'main', rev: 2, change: { kind: 'patch', total: 4, lines } },
    });
    await shown();
    expect(marked()).toEqual(['a']);
  });

  it('go with Escape, before anything else does', async () => {
    await fireEvent.click(line('a'));
    await fireEvent.click(line('b'), { ctrlKey: true });
    backend.taken();
    await press('Escape');
    expect(marked()).toEqual([]);
    expect(screen.getByTestId('ticket')).toBeTruthy();
  });

  it('are never more than the program takes at once', () => {
    const bulk = new BulkState(() => undefined);
    for (const one of rows(BULK_MAX)) if (one.kind === 'ticket') bulk.mark(one.ticket);
    expect(bulk.mark('one too many')).toBe(false);
    expect(bulk.marked.size).toBe(BULK_MAX);
  });
});

describe('one value for many (CO-2)', () => {
  async function choose(): Promise<void> {
    await fireEvent.click(line('b'), { ctrlKey: true });
    await fireEvent.click(line('c'), { ctrlKey: true });
    await press('s');
    expect(backend.taken(), 'choices are told for an open ticket').toEqual([
      { do: 'openTicket', ticket: 'b' },
    ]);
    backend.tell({ is: 'ticket', value: ticket('b', [title(), field('status_id')]) });
    await shown();
    const option = await waitFor(() => {
      const found = screen.getAllByTestId('option').find((each) => each.dataset['value'] === 's-hold');
      if (!found) throw new Error('no such choice');
      return found;
    });
    backend.taken();
    await fireEvent.click(option);
    await shown();
  }

  const view = (part: Partial<BulkView>): BulkView => ({
    bulk: 'many-1',
    field: 'status_id',
    value: choice('s-hold', 'On hold'),
    total: 2,
    done: 0,
    waiting: 2,
    conflicted: 0,
    dropped: 0,
    refused: [],
    ...part,
  });

  it('is asked for once, for just the marked tickets', async () => {
    await choose();
    expect(backend.taken()).toEqual([
      { do: 'bulk', bulk: 'many-1', tickets: ['b', 'c'], field: 'status_id', value: 's-hold' },
    ]);
    expect(marked()).toEqual([]);
  });

  it('tells what became of it, each refusal with its reason, and marks those again', async () => {
    await choose();
    const refused = [{ about: about('c'), reason: 'This board has no such status.' }];
    backend.tell({ is: 'bulk', value: view({ done: 1, waiting: 0, refused }) });
    await shown();
    const words = screen.getByTestId('bulk-result').textContent;
    expect(words).toMatch(/Status:.*On hold.*1 done.*1 refused.*T-c.*This board has no such status\./s);
    await fireEvent.click(screen.getByTestId('bulk-again'));
    expect(marked()).toEqual(['c']);
    expect(backend.taken()).toContainEqual({ do: 'closeBulk', bulk: 'many-1' });
  });

  it('leads to what needs a decision', async () => {
    await choose();
    backend.tell({ is: 'bulk', value: view({ waiting: 1, conflicted: 1 }) });
    await shown();
    await fireEvent.click(screen.getByTestId('bulk-decide'));
    await shown();
    expect(screen.getByTestId('needs')).toBeTruthy();
  });

  it('is of no interest any more once another was begun', async () => {
    await choose();
    backend.tell({ is: 'bulk', value: view({ bulk: 'many-0' }) });
    await shown();
    expect(screen.queryByTestId('bulk-result')).toBeNull();
  });
});
