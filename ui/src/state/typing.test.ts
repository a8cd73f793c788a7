import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DRAFT_AFTER_MS, Typing } from './typing.svelte';

const said: string[] = [];
const typing = () =>
  new Typing('Printer', {
    draft: (text) => said.push(`draft ${text}`),
    drop: () => said.push('drop'),
    commit: (text) => said.push(`commit ${text}`),
  });

describe('a text while it is typed', () => {
  beforeEach(() => {
    said.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('hands over what stands there in time, though the typing goes on (CO-14)', () => {
    const box = typing();
    box.type('Printer o');
    vi.advanceTimersByTime(DRAFT_AFTER_MS - 1);
    box.type('Printer on');
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    box.type('Printer on f');
    expect(said).toEqual(['draft Printer on']);
    vi.advanceTimersByTime(DRAFT_AFTER_MS);
    expect(said).toEqual(['draft Printer on', 'draft Printer on f']);
  });

  it('keeps what was typed while the program still shows the old value', () => {
    const box = typing();
    box.type('Printer on fire');
    box.show('Printer of Bob', 'confirmed');
    expect(box.text).toBe('Printer on fire');
  });

  it('follows the program while nobody types', () => {
    const box = typing();
    box.show('Printer of Bob', 'confirmed');
    expect(box.text).toBe('Printer of Bob');
  });

  it('commits what stands there, and no draft comes after it', () => {
    const box = typing();
    box.type('Scanner');
    box.commit();
    vi.runAllTimers();
    expect(said).toEqual(['commit Scanner']);
  });

  it('commits nothing when nothing was typed', () => {
    typing().commit();
    expect(said).toEqual([]);
  });

  it('drops back to what the program shows', () => {
    const box = typing();
    box.type('Scanner');
    box.drop();
    vi.runAllTimers();
    expect(box.text).toBe('Printer');
    expect(said).toEqual(['drop']);
  });

  it('takes their value once the conflict is settled for them (LT-13)', () => {
    const box = typing();
    box.type('Mine');
    box.flush();
    box.show('Mine', 'draft');
    box.show('Mine', 'conflict');
    box.show('Theirs', 'confirmed');
    expect(box.text).toBe('Theirs');
  });

  it('makes one line of what is pasted', () => {
    const box = typing();
    box.type('Printer\r\n  on fire\n');
    expect(box.text).toBe('Printer on fire ');
  });
});
