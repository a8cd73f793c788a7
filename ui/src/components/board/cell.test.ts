import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FieldView, Line } from '../../bridge/generated';
import { RecordingBackend } from '../../test/backend';
import { STATUSES, choice, field, row, ticket, title } from '../../test/shapes';
import ConsoleView from '../views/ConsoleView.svelte';

let backend: RecordingBackend;
let rev: number;

async function shown(): Promise<void> {
  await tick();
  await tick();
}

async function board(...lines: Line[]): Promise<void> {
  const change = { kind: 'reset', total: lines.length, first: 0, lines } as const;
  backend.tell({ is: 'board', value: { view: 'main', rev: rev++, change } });
  await shown();
}

async function told(id: string, ...fields: FieldView[]): Promise<void> {
  backend.tell({ is: 'ticket', value: ticket(id, [title(), ...fields]) });
  await shown();
}

/** What was asked of tickets; that lines stand still meanwhile is told too, and said elsewhere. */
const asked = () => backend.taken().filter(({ do: what }) => what !== 'choosing');
const key = (name: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key: name });
const option = (value: string): Promise<HTMLElement> =>
  waitFor(() => {
    const found = screen.getAllByTestId('option').find((one) => one.dataset['value'] === value);
    if (!found) throw new Error(`no choice ${value}`);
    return found;
  });

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  rev = 1;
  render(ConsoleView, { backend });
  await shown();
  await board(row('a'), row('b'), row('c'));
  screen.getByTestId('board').focus();
  await key('ArrowDown');
  await key('ArrowDown');
  backend.taken();
});

describe('a cell with choices (CO-2)', () => {
  it('is edited by its key, on the ticket that the keyboard is on, while the lines stand still', async () => {
    await key('s');
    expect(backend.sent).toContainEqual({ do: 'choosing', view: 'main', by: 'edit', on: true });
    expect(asked()).toEqual([{ do: 'openTicket', ticket: 'b' }]);
    await told('b', field('status_id'));
    await option('s-hold');
    expect(asked()).toEqual([{ do: 'beginEdit', ticket: 'b', field: 'status_id' }]);
    await fireEvent.click(await option('s-hold'));
    await shown();
    expect(backend.sent).toContainEqual({ do: 'choosing', view: 'main', by: 'edit', on: false });
    expect(asked()).toEqual([
      { do: 'edit', ticket: 'b', field: 'status_id', value: 's-hold' },
      { do: 'closeTicket', ticket: 'b' },
    ]);
    expect(screen.queryByTestId('ticket'), 'no panel was opened for it').toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('board')));
  });

  it('is edited by the mouse, and the click opens no ticket', async () => {
    const cell = screen.getAllByTestId('cell-assignee')[2];
    if (!cell) throw new Error('no cell');
    await fireEvent.pointerMove(cell);
    await fireEvent.click(screen.getByTestId('edit-assignee'));
    expect(asked()).toEqual([{ do: 'openTicket', ticket: 'c' }]);
    await told('c', field('assigned_to', { choices: [choice('u-lee', 'Lee')] }));
    await fireEvent.click(await option('u-lee'));
    expect(asked()).toContainEqual({ do: 'edit', ticket: 'c', field: 'assigned_to', value: 'u-lee' });
  });

  it('is gone to with the arrows and opened with Enter', async () => {
    for (const press of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft']) await key(press);
    const grid = screen.getByTestId('board');
    expect(grid.getAttribute('aria-activedescendant')).toBe('cell-client-b');
    await key('ArrowRight');
    await key('Enter');
    expect(asked()).toEqual([{ do: 'openTicket', ticket: 'b' }]);
    await told('b', field('status_id'));
    await option('s-done');
    await key('Escape');
    await waitFor(() => expect(asked().map(({ do: what }) => what)).toContain('endEdit'));
    await waitFor(() => expect(document.activeElement).toBe(grid));
    await key('Escape');
    expect(grid.getAttribute('aria-activedescendant'), 'on the line again').toBe('line-b');
  });

  it('stays with its ticket when the lines move under it, and keeps what is typed (CO-10)', async () => {
    await key('s');
    await told('b', field('status_id'));
    await option('s-hold');
    const box = screen.getByRole('combobox');
    await fireEvent.input(box, { target: { value: 'res' } });
    await board(row('new'), row('a'), row('c'), row('b', { title: 'Another title' }));
    await told('b', field('status_id', { choices: [choice('s-x', 'Reset'), ...STATUSES] }));
    expect(screen.getByRole<HTMLInputElement>('combobox').value).toBe('res');
    await fireEvent.click(await option('s-done'));
    expect(asked()).toContainEqual({ do: 'edit', ticket: 'b', field: 'status_id', value: 's-done' });
  });

  it('gives way to the ticket where two values wait for a decision', async () => {
    await key('s');
    const [mine, theirs] = [choice('s-hold', 'On hold'), choice('s-done', 'Resolved')];
    const state = { kind: 'conflict', mine, theirs, by: 'Bob', at: 0, draft: false } as const;
    await told('b', field('status_id', { state }));
    await waitFor(() => expect(screen.getByTestId('ticket').dataset['ticket']).toBe('b'));
    expect(screen.queryByTestId('option')).toBeNull();
  });

  it('sets what lies open in the panel, where the keyboard is on that line', async () => {
    await key('Enter');
    await told('b', field('status_id'));
    backend.taken();
    await key('s');
    await option('s-hold');
    expect(asked()).toEqual([{ do: 'beginEdit', ticket: 'b', field: 'status_id' }]);
  });
});
