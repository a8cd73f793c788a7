/**
 * The window with a screen open, and lines of the lists with everything in them that a test does not care about.
 */
import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import type {
  About,
  ActivityEntry,
  AlertsView,
  CommentView,
  CommentsView,
  NeedsItem,
  NeedsView,
  OutboxItem,
  OutboxView,
  PendingComment,
} from '../bridge/generated';
import ConsoleView from '../components/views/ConsoleView.svelte';
import type { PlaceName } from '../state/places.svelte';
import { RecordingBackend } from './backend';
import { choice } from './shapes';

export async function shown(): Promise<void> {
  await tick();
  await tick();
}

export async function windowAt(place: PlaceName): Promise<RecordingBackend> {
  localStorage.clear();
  const backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await shown();
  await fireEvent.click(screen.getByTestId(`go-${place}`));
  await shown();
  return backend;
}

export const press = (key: string, init: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });

export const about = (ticket: string, title = `Title of ${ticket}`): About => ({
  ticket,
  number: `T-${ticket}`,
  title,
});

export const conflict = (ticket: string, part: Partial<NeedsItem> = {}): NeedsItem => ({
  about: about(ticket),
  field: 'status_id',
  base: choice('s-new', 'New'),
  mine: choice('s-hold', 'On hold'),
  theirs: choice('s-done', 'Resolved'),
  by: 'Bob Kessler',
  at: Date.now() - 5.5 * 60_000,
  need: { kind: 'conflict', draft: false },
  ...part,
});

export const needs = (items: NeedsItem[], part: Partial<NeedsView> = {}): NeedsView => ({
  items,
  comments: [],
  total: items.length + (part.comments?.length ?? 0),
  undo: null,
  ...part,
});

export const waiting = (ticket: string, part: Partial<OutboxItem> = {}): OutboxItem => ({
  about: about(ticket),
  change: {
    kind: 'field',
    field: 'status_id',
    from: choice('s-new', 'New'),
    to: choice('s-hold', 'On hold'),
  },
  at: Date.now(),
  state: { kind: 'queued' },
  ...part,
});

export const refusedComment = (ticket: string, saying: string, text: string): OutboxItem =>
  waiting(ticket, {
    change: { kind: 'comment', saying, text, visibility: 'public' },
    state: { kind: 'refused', reason: 'No replies while on hold.' },
  });

export const outbox = (waits: OutboxItem[], part: Partial<OutboxView> = {}): OutboxView => ({
  waiting: waits,
  total: waits.length,
  sent: [],
  ...part,
});

export const comment = (name: string, text: string, part: Partial<CommentView> = {}): CommentView => ({
  comment: name,
  answers: null,
  by: 'Bob Kessler',
  text,
  visibility: 'internal',
  resolution: false,
  at: Date.now(),
  edited: false,
  gone: false,
  ...part,
});

export const pending = (saying: string, text: string, state: PendingComment['state']): PendingComment => ({
  saying,
  text,
  visibility: 'public',
  at: Date.now(),
  state,
});

export const talk = (
  ticket: string,
  comments: CommentView[],
  part: Partial<CommentsView> = {},
): CommentsView => ({
  ticket,
  comments,
  older: 'nothing',
  asOf: Date.now(),
  pending: [],
  ...part,
});

export const entry = (number: number, part: Partial<ActivityEntry> = {}): ActivityEntry => ({
  number,
  at: Date.now(),
  kind: 'statusChanged',
  about: about(`t${number}`),
  who: 'Bob Kessler',
  fields: ['status_id'],
  severity: 'normal',
  detail: null,
  verdict: {
    toast: 'quiet',
    sound: null,
    badge: false,
    attention: false,
    repeats: false,
    reason: { kind: 'rule' },
  },
  ...part,
});

export const alerts = (part: Partial<AlertsView> = {}): AlertsView => {
  const settings: AlertsView['settings'] = {
    rules: [
      {
        kind: 'newTicket',
        relation: 'unassigned',
        atLeast: null,
        looking: 'anywhere',
        response: { toast: 'normal', sound: 'new', badge: true, attention: false, repeats: false },
      },
      {
        kind: 'slaBreached',
        relation: null,
        atLeast: 'high',
        looking: 'notAtTicket',
        response: { toast: 'urgent', sound: 'critical', badge: true, attention: true, repeats: true },
      },
    ],
    quiet: null,
    criticalPasses: true,
    followDoNotDisturb: true,
    warnMinutes: 15,
    teams: [],
    watched: [],
  };
  return {
    settings,
    defaults: { ...settings, rules: settings.rules.slice(0, 1) },
    pause: null,
    notKept: null,
    ...part,
  };
};
