import { describe, expect, it } from 'vitest';
import type { Line } from '../bridge/generated';
import { heading, row, rows } from '../test/shapes';
import { BoardState } from './board.svelte';
import { Cursor } from './cursor.svelte';

function on(lines: Line[], total = lines.length) {
  const board = new BoardState('main', () => undefined);
  const cursor = new Cursor(board);
  let rev = 1;
  const show = (first: number, shown: Line[], of = total) => {
    board.apply('main', rev++, { kind: 'reset', total: of, first, lines: shown });
    cursor.follow();
  };
  show(0, lines);
  return { cursor, show };
}

describe('the keyboard on the board', () => {
  it('steps from ticket to ticket and over headings', () => {
    const { cursor } = on([heading(1), row('a'), heading(1), row('b')]);
    cursor.step(1);
    expect(cursor.ticket).toBe('a');
    cursor.step(1);
    expect(cursor.ticket).toBe('b');
    cursor.step(-1);
    expect(cursor.ticket).toBe('a');
    cursor.step(-1);
    expect(cursor.ticket, 'nothing above: it stays').toBe('a');
  });

  it('stays on its ticket when the lines around it change (CO-10)', () => {
    const { cursor, show } = on([row('a'), row('b')]);
    cursor.put('b');
    show(0, [row('x'), row('y'), row('a'), row('b')], 4);
    expect(cursor).toMatchObject({ ticket: 'b', at: 3 });
    cursor.step(-1);
    expect(cursor.ticket).toBe('a');
  });

  it('waits for the line of a far place and takes the ticket there', () => {
    const { cursor, show } = on(rows(10), 5000);
    cursor.goTo(4999, -1);
    expect(cursor).toMatchObject({ ticket: null, at: 4999 });
    show(4990, rows(10, 4990), 5000);
    expect(cursor.ticket).toBe('t4999');
  });

  it('goes on from where a vanished ticket was', () => {
    const { cursor, show } = on([row('a'), row('b'), row('c'), row('d')]);
    cursor.put('c');
    show(0, [row('a'), row('b'), row('d')], 3);
    cursor.step(-1);
    expect(cursor.ticket).toBe('b');
  });
});
