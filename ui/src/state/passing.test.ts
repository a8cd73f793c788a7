import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer, PAUSE_MS } from './announcer.svelte';
import { Clock } from './clock.svelte';
import { Notices, PASSING_MOST, STAYS_MS, URGENT_MOST } from './notices.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('notices', () => {
  const changed = {
    kind: 'changed',
    ticket: 't',
    number: 'T-1',
    who: 'Bob',
    fields: ['priority_id'],
  } as const;

  it('pass by themselves', () => {
    const notices = new Notices();
    notices.tell({ ...changed, fields: [...changed.fields] });
    expect(notices.shown).toHaveLength(1);
    vi.advanceTimersByTime(STAYS_MS);
    expect(notices.shown).toHaveLength(0);
  });

  it('stay where something was lost, until they are put away', () => {
    const notices = new Notices();
    notices.tell({ kind: 'notStored', number: 'T-1', reason: 'The disk is full' });
    vi.advanceTimersByTime(STAYS_MS * 10);
    const [kept] = notices.shown;
    expect(kept?.urgent).toBe(true);
    notices.putAway(kept?.id ?? 0);
    expect(notices.shown).toHaveLength(0);
  });

  it('tell of the same trouble once', () => {
    const notices = new Notices();
    notices.tell({ kind: 'notSent', reason: 'The program has ended' });
    notices.tell({ kind: 'notSent', reason: 'The program has ended' });
    expect(notices.shown).toHaveLength(1);
  });

  it('are never more than a handful', () => {
    const notices = new Notices();
    for (let count = 0; count < 50; count++) notices.tell({ ...changed, fields: [...changed.fields] });
    expect(notices.shown).toHaveLength(PASSING_MOST);
  });

  it('that pass never push out what tells of a loss', () => {
    const notices = new Notices();
    notices.tell({ kind: 'notStored', number: 'T-1', reason: 'The disk is full' });
    for (let count = 0; count < 50; count++) notices.tell({ ...changed, fields: [...changed.fields] });
    expect(notices.shown.map(({ notice }) => notice.kind)).toEqual([
      'notStored',
      ...Array.from({ length: PASSING_MOST }, () => 'changed'),
    ]);
  });

  it('of losses have an end too, and there the oldest goes', () => {
    const notices = new Notices();
    const lost = (count: number) => ({ kind: 'notStored', number: `T-${count}`, reason: 'Full' }) as const;
    for (let count = 0; count <= URGENT_MOST; count++) notices.tell(lost(count));
    expect(notices.shown.map(({ notice }) => notice)).toEqual(
      Array.from({ length: URGENT_MOST }, (_, place) => lost(place + 1)),
    );
  });
});

describe('what is announced', () => {
  it('is one sentence in three seconds, and of a burst the last (peers 4.5)', () => {
    const announcer = new Announcer();
    announcer.say('first');
    announcer.say('second');
    announcer.say('third');
    expect(announcer.sentence).toBe('first');
    vi.advanceTimersByTime(PAUSE_MS);
    expect(announcer.sentence).toBe('third');
  });
});

describe('the clock', () => {
  it('shows the time of the server, and wakes the board once a minute', () => {
    vi.setSystemTime(10 * 60_000 + 58_400);
    const clock = new Clock();
    clock.correct(-200);
    const stop = clock.start();
    const minute = clock.minute;
    expect(clock.second).toBe(10 * 60_000 + 58_000);
    vi.advanceTimersByTime(1000);
    expect(clock.minute).toBe(minute);
    vi.advanceTimersByTime(1000);
    expect(clock.minute).toBe(minute + 60_000);
    expect(clock.second % 1000).toBe(0);
    stop();
    vi.advanceTimersByTime(60_000);
    expect(clock.minute, 'stopped').toBe(minute + 60_000);
  });
});
