import { describe, expect, it } from 'vitest';
import type { Command } from '../bridge/generated';
import { LINES_MAX } from '../bridge/generated';
import { row, rows } from '../test/shapes';
import { BoardState, MARGIN } from './board.svelte';

function opened(total = 1000) {
  const sent: Command[] = [];
  const board = new BoardState('main', (command) => sent.push(command));
  board.open();
  board.apply('main', 5, { kind: 'reset', total, first: 0, lines: rows(MARGIN) });
  sent.length = 0;
  return { board, sent };
}

const ticketsOf = (board: BoardState) =>
  board.lines.map((line) => (line?.kind === 'ticket' ? line.ticket : null));

describe('the board that a window holds', () => {
  it('opens its view and asks for the first lines', () => {
    const sent: Command[] = [];
    new BoardState('main', (command) => sent.push(command)).open();
    expect(sent.map((command) => command.do)).toEqual(['openView', 'showLines']);
  });

  it('has its answer with the first lines, not with their number, unless there are none', () => {
    const board = new BoardState('main', () => {});
    board.apply('main', 1, { kind: 'reset', total: 3, first: 0, lines: [] });
    expect(board.loaded).toBe(false);
    board.apply('main', 2, { kind: 'reset', total: 3, first: 0, lines: rows(3) });
    expect(board.loaded).toBe(true);

    const empty = new BoardState('main', () => {});
    empty.apply('main', 1, { kind: 'reset', total: 0, first: 0, lines: [] });
    expect(empty.loaded).toBe(true);
  });

  it('changes just the lines that a patch names', () => {
    const { board, sent } = opened();
    board.apply('main', 6, { kind: 'patch', total: 1000, lines: [{ at: 2, line: row('new') }] });
    expect(ticketsOf(board).slice(0, 4)).toEqual(['t0', 't1', 'new', 't3']);
    expect(sent).toEqual([]);
  });

  it('asks once for its lines when a number is missed, and holds still until they come', () => {
    const { board, sent } = opened();
    board.apply('main', 7, { kind: 'patch', total: 1000, lines: [{ at: 0, line: row('late') }] });
    board.apply('main', 8, { kind: 'patch', total: 1000, lines: [{ at: 1, line: row('later') }] });
    expect(sent).toEqual([{ do: 'showLines', view: 'main', first: 0, count: MARGIN }]);
    expect(ticketsOf(board).slice(0, 2)).toEqual(['t0', 't1']);

    board.apply('main', 9, { kind: 'reset', total: 1000, first: 0, lines: rows(MARGIN, 500) });
    board.apply('main', 10, { kind: 'patch', total: 1000, lines: [{ at: 0, line: row('again') }] });
    expect(ticketsOf(board)[0]).toBe('again');
    expect(sent).toHaveLength(1);
  });

  it('drops the lines beyond a shorter board', () => {
    const { board } = opened();
    board.apply('main', 6, { kind: 'patch', total: 3, lines: [] });
    expect(ticketsOf(board)).toEqual(['t0', 't1', 't2']);
    expect(board.total).toBe(3);
  });

  it('takes no line of another view', () => {
    const { board } = opened();
    board.apply('other', 6, { kind: 'reset', total: 0, first: 0, lines: [] });
    expect(board.total).toBe(1000);
  });

  it('asks for more lines only when the held ones run out', () => {
    const { board, sent } = opened();
    board.show(0, 30);
    expect(sent).toEqual([]);
    board.show(45, 30);
    expect(sent).toEqual([{ do: 'showLines', view: 'main', first: 0, count: 45 + 30 + MARGIN }]);
    board.show(46, 30);
    expect(sent).toHaveLength(1);
    board.show(900, 30);
    expect(sent[1]).toEqual({ do: 'showLines', view: 'main', first: 900 - MARGIN, count: 30 + 2 * MARGIN });
  });

  it('asks for most of those ahead where somebody flings, and never for more than the bridge allows', () => {
    const { board, sent } = opened(100_000);
    board.show(5000, 30, 60);
    board.show(9000, 30, -60);
    const asked = { do: 'showLines', view: 'main', count: LINES_MAX };
    expect(sent).toEqual([
      { ...asked, first: 5000 - 74 },
      { ...asked, first: 9000 - (LINES_MAX - 30 - 74) },
    ]);
  });

  it('never asks for more lines than the bridge allows', () => {
    const { board, sent } = opened(100_000);
    board.show(5000, 9000);
    expect(sent).toEqual([{ do: 'showLines', view: 'main', first: 5000 - MARGIN, count: LINES_MAX }]);
  });

  it('starts another question from the top', () => {
    const { board, sent } = opened();
    board.show(500, 30);
    sent.length = 0;
    board.change({ search: 'printer' });
    expect(sent[0]).toMatchObject({ do: 'openView', query: { search: 'printer', open: 'open' } });
    expect(sent[1]).toMatchObject({ do: 'showLines', first: 0 });
  });
});
