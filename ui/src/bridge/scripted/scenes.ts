/**
 * Situations in which the window can be looked at without the program.
 *
 * **Invariant:** each is a state of affairs, set once; what moves is the backend's.
 */
import type { Face, FieldName, FieldState, LinkView } from '../generated';
import { PEOPLE, STATUSES } from './people';
import type { Made } from './tickets';

export const SCENES = [
  'busy',
  'calm',
  'conflict',
  'offline',
  'reconnecting',
  'unavailable',
  'signedOut',
  'diskFull',
  'empty',
  'loading',
  'many',
  'setup',
  'frozen',
  'first',
  'connect',
  'work',
  'alone',
] as const;
export type SceneName = (typeof SCENES)[number];

export interface Scene {
  name: SceneName;
  tickets: number;
  link: LinkView;
  /** How often a colleague changes something; `null` for never. */
  everyMs: number | null;
}

export function sceneNamed(name: string | null): SceneName {
  return SCENES.find((scene) => scene === name) ?? 'busy';
}

const LIVE: LinkView = {
  live: 'live',
  reach: 'up',
  saving: 'safe',
  since: 0,
  lag: 41,
  clockOffset: 120,
  support: 'full',
  quiet: false,
  polling: false,
};

export function sceneOf(name: SceneName): Scene {
  const plain: Scene = { name, tickets: 640, link: LIVE, everyMs: null };
  switch (name) {
    case 'busy':
      return { ...plain, everyMs: 2500 };
    case 'calm':
    case 'conflict':
    case 'loading':
    case 'setup':
    case 'frozen':
    case 'first':
    case 'connect':
    case 'work':
    case 'alone':
      return plain;
    case 'offline':
      return { ...plain, link: { ...LIVE, live: 'unavailable', reach: 'down', lag: null } };
    case 'reconnecting':
      return { ...plain, link: { ...LIVE, live: 'reconnecting', lag: null } };
    case 'unavailable':
      return { ...plain, link: { ...LIVE, live: 'unavailable', lag: null, clockOffset: 6400 } };
    case 'signedOut':
      return { ...plain, link: { ...LIVE, live: 'unavailable', reach: 'signedOut', lag: null } };
    case 'diskFull':
      return { ...plain, link: { ...LIVE, saving: 'full' } };
    case 'empty':
      return { ...plain, tickets: 0, link: { ...LIVE, live: 'connecting', reach: 'unknown', lag: null } };
    case 'many':
      return { ...plain, tickets: 10_000, everyMs: 1000 };
  }
}

function person(place: number, editing: FieldName | null = null): Face {
  const found = PEOPLE[place];
  if (!found) throw new RangeError('nobody by that number');
  return { ...found, editing };
}

const status = (value: string) => {
  const found = STATUSES.find((choice) => choice.value === value);
  if (!found) throw new RangeError('no such status');
  return found;
};

/** Puts people and unfinished work on the made-up tickets. */
export function dress(tickets: readonly Made[], scene: Scene, now: number): void {
  const unknown = scene.link.live !== 'live';
  const here: Record<number, Face[]> = {
    0: [person(0), person(1, 'priority_id')],
    1: [person(2)],
    2: [person(3, 'status_id')],
    4: [person(2), person(4)],
    7: [person(5)],
    9: [person(1)],
    12: [person(4), person(0), person(3), person(5)],
  };
  for (const [place, faces] of Object.entries(here)) {
    const made = tickets[Number(place)];
    if (made)
      made.faces = faces.map((face) => ({
        ...face,
        state: unknown ? 'unknown' : face.state,
        since: now,
        editing: unknown ? null : face.editing,
      }));
  }
  const [first, , third, , fifth] = tickets;
  if (!first || !third || !fifth || scene.name === 'calm' || scene.name === 'many') return;
  const unfinished: Partial<Record<FieldName, FieldState>> = {
    assigned_to: { kind: 'queued' },
    board_id: { kind: 'confirmed', savedAt: now - 60_000 },
  };
  if (scene.name === 'conflict') {
    unfinished.status_id = {
      kind: 'conflict',
      mine: status('s-hold'),
      theirs: status('s-resolved'),
      by: 'Bob Kessler',
      at: now - 12_000,
      draft: true,
    };
    first.values.status_id = status('s-hold');
    first.faces = [person(0), person(1, 'priority_id'), person(3, 'title')];
    third.lit = ['status_id'];
    fifth.states = { title: { kind: 'queued' } };
  }
  if (scene.name === 'offline')
    unfinished.priority_id = {
      kind: 'refused',
      reason: 'The board does not allow priority Critical without an impact.',
    };
  if (scene.name !== 'busy') first.states = unfinished;
}
