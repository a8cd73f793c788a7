/**
 * What was said and what happened on a ticket, as one list, the latest first.
 *
 * **Invariant:** pure; nothing stands in it twice: that somebody said something is told by what they said.
 */
import type { ActivityEntry, AlertKind, CommentView } from '../../bridge/generated';

export type WovenLine =
  | { kind: 'said'; key: string; at: number; comment: CommentView }
  | { kind: 'happened'; key: string; at: number; entry: ActivityEntry };

/** Told elsewhere: by the comments themselves. */
const SAID: readonly AlertKind[] = ['customerReplied', 'colleagueCommented'];

export function woven(
  comments: readonly CommentView[],
  entries: readonly ActivityEntry[],
): readonly WovenLine[] {
  const said = comments.map((comment): WovenLine => {
    return { kind: 'said', key: `said-${comment.comment}`, at: comment.at, comment };
  });
  const happened = entries
    .filter(({ kind }) => !SAID.includes(kind))
    .map((entry): WovenLine => ({ kind: 'happened', key: `${entry.number}`, at: entry.at, entry }));
  // The later one of two that came at once stands above the other, as in both lists.
  return [...happened.toReversed(), ...said].sort((one, other) => one.at - other.at).toReversed();
}
