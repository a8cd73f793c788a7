import { describe, expect, it } from 'vitest';
import type { ActivityEntry, AlertKind, CommentView } from '../../bridge/generated';
import { text } from '../../text/en';
import { woven } from './woven';

const silent = { toast: 'none', sound: null, badge: false, attention: false, repeats: false } as const;
const comment = (name: string, at: number): CommentView => ({
  comment: name,
  answers: null,
  by: 'Bob',
  text: name,
  visibility: 'internal',
  resolution: false,
  at,
  edited: false,
  gone: false,
});
const entry = (
  number: number,
  at: number,
  kind: AlertKind,
  part: Partial<ActivityEntry> = {},
): ActivityEntry => ({
  number,
  at,
  kind,
  about: null,
  who: 'Bob',
  fields: [],
  detail: null,
  severity: 'normal',
  verdict: { ...silent, reason: { kind: 'noRule' } },
  ...part,
});

describe('what was said and what happened on a ticket (CO-3)', () => {
  it('is one list, the latest first, and nothing is in it twice', () => {
    const entries = [
      entry(3, 30, 'statusChanged'),
      entry(2, 20, 'customerReplied'),
      entry(1, 10, 'reassigned'),
    ];
    const lines = woven([comment('old', 5), comment('new', 20)], entries);
    expect(lines.map(({ key }) => key)).toEqual(['3', 'said-new', '1', 'said-old']);
  });

  it('keeps the order of what came at once', () => {
    const entries = [entry(2, 10, 'priorityChanged'), entry(1, 10, 'statusChanged')];
    expect(woven([], entries).map(({ key }) => key)).toEqual(['2', '1']);
  });

  it('says who did it and what it became', () => {
    const says = (made: ActivityEntry) => {
      const { who, did, what } = text.happened(made);
      return [who, did, what].filter((part) => part !== null).join(' ');
    };
    expect(says(entry(1, 0, 'statusChanged', { detail: 'On hold' }))).toBe('Bob set the status to On hold');
    expect(says(entry(1, 0, 'reassigned'))).toBe('Bob left it to nobody');
    const own = { verdict: { ...silent, reason: { kind: 'yourOwn' } as const } };
    expect(says(entry(1, 0, 'priorityChanged', { detail: 'High', ...own }))).toBe(
      'You set the priority to High',
    );
    expect(says(entry(1, 0, 'fieldsChanged', { fields: ['title', 'location_id'] }))).toBe(
      'Bob changed Title, Location',
    );
  });
});
