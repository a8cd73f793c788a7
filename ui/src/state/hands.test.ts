import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hands, RESTS_MS } from './hands';

const said: string[] = [];
const hands = () => new Hands((by, on) => said.push(`${by} ${on ? 'on' : 'off'}`));

describe('a hand on the lines (CO-2)', () => {
  beforeEach(() => {
    said.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('is told when it comes and when it goes, not how it moves', () => {
    const board = hands();
    board.move('pointer');
    board.move('pointer');
    board.move('keyboard');
    board.off('pointer');
    board.off('pointer');
    expect(said).toEqual(['pointer on', 'keyboard on', 'pointer off']);
  });

  it('is taken off when it has rested, and not while it moves', () => {
    const board = hands();
    board.move('pointer');
    vi.advanceTimersByTime(RESTS_MS - 1);
    board.move('pointer');
    vi.advanceTimersByTime(RESTS_MS - 1);
    expect(said).toEqual(['pointer on']);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(['pointer on', 'pointer off']);
    board.move('pointer');
    expect(said.at(-1)).toBe('pointer on');
  });

  it('holds on until it is taken off', () => {
    const board = hands();
    board.hold('edit');
    vi.advanceTimersByTime(10 * RESTS_MS);
    expect(said).toEqual(['edit on']);
    board.off('edit');
    expect(said).toEqual(['edit on', 'edit off']);
  });

  it('is told again to a program that has forgotten', () => {
    const board = hands();
    board.move('keyboard');
    board.again();
    expect(said).toEqual(['keyboard on', 'keyboard on']);
  });
});
