/**
 * The words of the screens about one's own work: what needs you, the outbox, comments, many tickets at once.
 *
 * **Invariant:** words only; a part of the one catalogue in `en.ts`.
 */
import type {
  Change,
  CommentView,
  OutboxState,
  UndoView,
  VerdictKind,
  Visibility,
} from '../bridge/generated';
import type { PlaceName } from '../state/places.svelte';
import { FIELDS } from './fields';
import { number } from './time';

const VERDICTS: Record<VerdictKind, string> = {
  kept: 'Kept yours',
  took: 'Took theirs',
  dropped: 'Discarded',
};

export const places: Record<PlaceName, string> = {
  board: 'Board',
  needs: 'Needs you',
  outbox: 'Outbox',
  activity: 'Activity',
  settings: 'Settings',
  events: 'Events',
};

/** The name of what is pressed, and the key that presses it, where there is one. */
export const withKey = (label: string, keys: string | null): string =>
  keys === null ? label : `${label} — ${keys}`;

export const manyMore = (most: number): string => `${number(most)}+`;

export const reach = {
  offline:
    'Offline. What you decide and write here is kept on this machine and sent as soon as the server answers.',
  signedOut:
    'Not signed in. What you decide and write here is kept on this machine and sent once you are signed in.',
  notLive: 'Live updates are not running: what others do may show late.',
};

export const needs = {
  label: 'Needs you',
  sentence: 'Oldest first. Nothing of yours is lost until you decide.',
  emptyHead: 'Nothing needs you',
  empty:
    'When somebody changes what you are changing, or the server refuses an edit, it waits here for your decision.',
  emptyOffline: 'What clashes with your changes is found when the server answers again, and waits here then.',
  loading: 'Fetching what needs you',
  was: 'was',
  yours: 'yours',
  other: 'Other…',
  draft: 'not sent yet: keeping it keeps typing',
  retry: 'Send again',
  discard: 'Discard',
  openTicket: 'Open',
  listed: (shown: number, total: number) =>
    `The oldest ${number(shown)} of ${number(total)}. The next come up as you decide.`,
  undo: 'Undo',
  nothingToUndo: 'No decision to take back',
  decided: (undo: UndoView) => ({
    verdict: VERDICTS[undo.verdict],
    where: `${undo.about.number} ${FIELDS[undo.field]}`,
  }),
  item: (ticket: string, field: string, isConflict: boolean) =>
    isConflict ? `${ticket}, ${field}: two values, one decision` : `${ticket}, ${field}: refused`,
  refusedComment: 'Comment refused',
};

const STATES: Record<OutboxState['kind'], string> = {
  queued: 'Queued',
  sending: 'Sending…',
  signIn: 'Waits for sign-in',
  conflict: 'Needs you',
  refused: 'Refused',
};

export const outbox = {
  label: 'Outbox',
  waiting: 'Waiting',
  sent: 'Sent',
  state: (state: OutboxState) => STATES[state.kind],
  emptyHead: 'Nothing waits',
  empty: 'Everything you changed is with the server.',
  nothingSent: 'What the server has confirmed is listed here, the latest 200.',
  loading: 'Fetching the outbox',
  listed: (shown: number, total: number) =>
    `The first ${number(shown)} of ${number(total)}; the rest follows in order.`,
  comment: (visibility: Visibility) => (visibility === 'public' ? 'Reply' : 'Note'),
  retry: 'Send again',
  edit: 'Edit',
  discard: 'Discard',
  sure: 'Discard for good?',
  decide: 'Decide',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Could not copy',
  arrow: 'to',
  /** What is copied: it can be read without the program. */
  plain: (number: string, title: string, change: Change) =>
    change.kind === 'comment'
      ? `${number} ${title}\n${change.text}`
      : `${number} ${title}\n${FIELDS[change.field]}: ${change.from.label || '—'} → ${change.to.label || '—'}`,
};

export const comments = {
  label: 'Comments and changes',
  loading: 'Fetching what was said',
  waiting: 'What was said is fetched when the server answers.',
  empty: 'Nothing has been said yet.',
  asOf: (at: string) => `As of ${at}`,
  older: 'Show earlier ones',
  tooMany: 'There is more, further back than a console shows.',
  somebody: 'Somebody',
  you: 'You',
  internal: 'internal',
  public: 'customer reads this',
  resolution: 'resolution',
  edited: 'edited',
  gone: 'This comment was taken away.',
  answers: (comment: CommentView | undefined) =>
    comment ? `answers ${comment.by ?? 'somebody'}: ${comment.text}` : 'answers an earlier comment',
  more: 'Show all',
  less: 'Show less',
  pending: (state: OutboxState) =>
    state.kind === 'queued' ? 'Queued · sent in its turn' : STATES[state.kind],
  retry: 'Send again',
  edit: 'Edit',
  discard: 'Discard',
  sure: 'Discard for good?',
};

export const composer = {
  label: 'Write a comment',
  hint: { internal: 'A note for colleagues…', public: 'A reply that the customer reads…' } satisfies Record<
    Visibility,
    string
  >,
  who: 'Who may read it',
  visibility: { internal: 'Colleagues', public: 'Customer' } satisfies Record<Visibility, string>,
  send: { internal: 'Add note', public: 'Send reply' } satisfies Record<Visibility, string>,
  kept: 'Draft kept',
  instead: 'Takes the place of the refused one',
  offline: 'Kept and sent when you are back online',
};

export const bulk = {
  label: 'Marked tickets',
  marked: (count: number) => (count === 1 ? '1 marked' : `${number(count)} marked`),
  most: (count: number) => `At most ${number(count)} at once`,
  set: (field: string, count: number) => `${field} of ${number(count)} ${count === 1 ? 'ticket' : 'tickets'}`,
  lender: (ticket: string) => `Choices of ${ticket}`,
  clear: 'Clear marks',
  mark: 'Marked',
  result: 'What became of it',
  head: (field: string, value: string, total: number) =>
    `${field}: ${value} on ${number(total)} ${total === 1 ? 'ticket' : 'tickets'}`,
  done: (count: number) => `${number(count)} done`,
  waiting: (count: number) => `${number(count)} waiting`,
  conflicted: (count: number) => `${number(count)} ${count === 1 ? 'needs' : 'need'} you`,
  dropped: (count: number) => `${number(count)} decided otherwise`,
  refused: (count: number) => `${number(count)} refused`,
  decide: 'Decide',
  again: 'Mark the refused',
  close: 'Put away',
};
