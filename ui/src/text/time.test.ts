/** Times and numbers as people of any place read them (CO-21). */
import { describe, expect, it } from 'vitest';
import { ago, countdown, dayOf, instantOf, timeOfDay } from './time';

const MINUTE = 60_000;

describe('what is left until a target', () => {
  it.each([
    [18 * MINUTE, '0:18'],
    [MINUTE / 2, '0:01'],
    [130 * MINUTE, '2:10'],
    [-12 * MINUTE, '-0:12'],
    [-1000, '-0:01'],
    [(3 * 24 + 4) * 60 * MINUTE, '3d 4h'],
    [-25 * 60 * MINUTE, '-1d 1h'],
  ])('%i ms reads %s', (left, words) => expect(countdown(left, 0)).toBe(words));
});

describe('how long ago', () => {
  it.each([
    [0, 'just now'],
    [2_000, '2 s ago'],
    [12_000, '12 s ago'],
    [3 * MINUTE + 5000, '3 min ago'],
    [150 * MINUTE, '2 h ago'],
    [49 * 60 * MINUTE, '2 d ago'],
    [-5000, 'just now'],
  ])('%i ms reads %s', (gone, words) => expect(ago(0, gone)).toBe(words));
});

describe('an instant that is typed as a day and a time of day', () => {
  it('is what the own clock shows then', () => {
    const at = instantOf('2026-11-24', '9:30');
    expect(at).toBe(new Date(2026, 10, 24, 9, 30).getTime());
    expect([dayOf(at ?? 0), timeOfDay(at ?? 0)]).toEqual(['2026-11-24', '09:30']);
  });

  it.each([
    ['2026-11-31', '09:30'],
    ['2026-02-29', '09:30'],
    ['2026-13-01', '09:30'],
    ['2026-11-24', '24:00'],
    ['2026-11-24', ''],
    ['tomorrow', '09:30'],
    ['24.11.2026', '09:30'],
  ])('%s %s is none', (day, time) => expect(instantOf(day, time)).toBeNull());
});
