/**
 * What waits for a decision, as lines of one list.
 *
 * **Invariant:** a line's name is made of what it is about, and stays while that waits.
 */
import type { NeedsItem, NeedsView, OutboxItem } from '../../bridge/generated';
import { text } from '../../text/en';

export type Asked = { of: 'field'; item: NeedsItem } | { of: 'comment'; item: OutboxItem };

export function asked(view: NeedsView): Asked[] {
  return [
    ...view.items.map((item): Asked => ({ of: 'field', item })),
    ...view.comments.map((item): Asked => ({ of: 'comment', item })),
  ];
}

export const fieldKey = (ticket: string, field: string): string => `${ticket}/${field}`;

export function keyOf({ of, item }: Asked): string {
  if (of === 'field') return fieldKey(item.about.ticket, item.field);
  return item.change.kind === 'comment' ? `comment/${item.change.saying}` : '';
}

export function nameOf({ of, item }: Asked): string {
  return of === 'field'
    ? text.needs.item(item.about.number, text.field(item.field), item.need.kind === 'conflict')
    : `${item.about.number}, ${text.needs.refusedComment}`;
}
