import { describe, expect, it } from 'vitest';
import type { Row } from '../bridge/generated';
import { choice, row } from '../test/shapes';
import { read, ticketNamed, valueNamed, verbsOf, write } from './command-line';

const found = (...numbers: string[]): Row[] =>
  numbers.flatMap((number) => {
    const line = row(number, { number });
    return line.kind === 'ticket' ? [line] : [];
  });

describe('a command line', () => {
  it.each([
    ['/', { at: 'verb' }],
    ['/s', { at: 'verb', verbs: ['status'] }],
    ['/xyz 4312', { at: 'verb', verbs: [] }],
    ['/s ', { at: 'ticket', verb: 'status', ticket: '' }],
    ['/s 4312', { at: 'ticket', verb: 'status', ticket: '4312' }],
    ['/s 4312 ', { at: 'value', field: 'status_id', ticket: '4312', value: '' }],
    ['/s 4312 on hold', { at: 'value', field: 'status_id', ticket: '4312', value: 'on hold' }],
    ['/A  T-4312   lee', { at: 'value', field: 'assigned_to', ticket: 'T-4312', value: 'lee' }],
    ['/pri . high', { at: 'value', field: 'priority_id', ticket: '.', value: 'high' }],
    ['/o 4312 ', { at: 'ticket', verb: 'open', ticket: '4312' }],
    ['/f printer on fire', { at: 'words', words: 'printer on fire' }],
  ])('%s', (line, reading) => expect(read(line)).toMatchObject(reading));

  it('takes the beginning of a verb for all that it may mean, and its letter for one', () => {
    expect(verbsOf('')).toHaveLength(8);
    expect(verbsOf('st')).toEqual(['status']);
    expect(verbsOf('s')).toEqual(['status']);
  });

  it('is written as it is read', () => {
    const line = write('assign', 'T-4312', 'Lee Okafor');
    expect(line).toBe('/a T-4312 Lee Okafor');
    expect(read(line)).toMatchObject({ at: 'value', ticket: 'T-4312', value: 'Lee Okafor' });
  });
});

describe('the ticket that a word names', () => {
  const named = (word: string, rows: Row[], all = true) => ticketNamed(word, rows, all)?.number ?? null;

  it('is the one with that number, whole or its digits', () => {
    const rows = found('T-4312', 'T-43120', 'T-14312');
    expect(named('4312', rows)).toBe('T-4312');
    expect(named('t-4312', rows)).toBe('T-4312');
  });

  it('is none where two end in the same digits: nothing is guessed', () => {
    const rows = found('T-4312', 'INC-4312');
    expect(named('4312', rows)).toBeNull();
    expect(named('inc-4312', rows)).toBe('INC-4312');
  });

  it('is none while there may be others that were not told', () => {
    expect(named('43', found('T-43'), false)).toBeNull();
    expect(named('T-43', found('T-43'), false), 'a whole number is one of its kind').toBe('T-43');
  });

  it('is none for a word, however few tickets hold it', () =>
    expect(named('printer', found('T-1'))).toBeNull());
});

describe('the value that a word means', () => {
  const people = [choice('1', 'Lee Okafor'), choice('2', 'Leah Park'), choice('3', 'Kathleen Ito')];
  const statuses = [choice('n', 'New'), choice('h', 'On hold'), choice('s', 'On site'), choice('w', 'Hold')];
  const named = (word: string, from = people) => valueNamed(word, from)?.value ?? null;

  it('is the one of which a word begins so', () => {
    expect(named('lee')).toBe('1');
    expect(named('okafor')).toBe('1');
    expect(named('kath')).toBe('3');
  });

  it('is none where several begin so, and none for a middle', () => {
    expect(named('le')).toBeNull();
    expect(named('leen')).toBeNull();
    expect(named('')).toBeNull();
  });

  it('is the one of exactly that name, though others begin so', () => {
    expect(named('hold', statuses)).toBe('w');
    expect(named('on', statuses)).toBeNull();
  });
});
