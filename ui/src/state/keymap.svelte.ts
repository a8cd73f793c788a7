/**
 * Which key does what on this machine: the table's keys, and what this person put in their place.
 *
 * **Invariant:** no key does two things; what was kept and makes no sense any more is as if it had not been kept.
 */
import { ACTIONS, ACTION_IDS, type Action, type ActionId } from './actions';
import { COMBO_MAX, comboOf, isSingle, type Combo } from './combo';

/** How long the second of two keys may take. */
export const SECOND_WITHIN_MS = 1500;

type Own = Partial<Record<ActionId, Combo | null>>;

/** `null`: it has no key. */
function kept(store: Storage): Own {
  let read: unknown;
  try {
    read = JSON.parse(store.getItem('keys') ?? '{}');
  } catch {
    return {};
  }
  if (typeof read !== 'object' || read === null) return {};
  const entries = Object.entries(read).filter(
    ([id, combo]) =>
      ACTION_IDS.some((known) => known === id) &&
      (combo === null || (typeof combo === 'string' && combo !== '' && combo.length <= COMBO_MAX)),
  );
  return Object.fromEntries(entries) as Own;
}

export class Keymap {
  #own = $state.raw<Own>({});
  readonly #store: Storage;
  #first: { combo: Combo; at: number } | null = null;

  constructor(store: Storage = localStorage) {
    this.#store = store;
    this.#own = kept(store);
  }

  readonly #byKey = $derived.by(() => byKey(this.#own));

  /** The key to print; `null` where there is none. */
  keyOf(id: ActionId): Combo | null {
    const combo = this.#own[id] === undefined ? tableOf(id).key : this.#own[id];
    return combo && this.#byKey[combo] === id ? combo : null;
  }

  /** Whether it is not the table's. */
  isOwn(id: ActionId): boolean {
    return this.#own[id] !== undefined;
  }

  get hasOwn(): boolean {
    return Object.keys(this.#own).length > 0;
  }

  /** Gives an action a key; says who has it already, and leaves it there. */
  give(id: ActionId, combo: Combo): ActionId | null {
    const holder = this.#byKey[combo] ?? this.#beginsWith(combo);
    if (holder !== undefined && holder !== id) return holder;
    this.#keep({ ...this.#own, [id]: combo });
    return null;
  }

  /** Leaves an action without a key. */
  take(id: ActionId): void {
    this.#keep({ ...this.#own, [id]: null });
  }

  /** As the table has it: one, or all. */
  reset(id?: ActionId): void {
    const own = Object.entries(this.#own).filter(([other]) => id !== undefined && other !== id);
    this.#keep(Object.fromEntries(own) as Own);
  }

  /** What this press asks for. The first of two keys asks for nothing yet. */
  pressed(event: KeyboardEvent): { id: ActionId; combo: Combo } | null {
    const combo = comboOf(event);
    if (combo === null) return null;
    const first = this.#first;
    this.#first = null;
    if (first && event.timeStamp - first.at <= SECOND_WITHIN_MS) {
      const both = `${first.combo} ${combo}`;
      const id = this.#byKey[both];
      if (id) return { id, combo: both };
    }
    const id = this.#byKey[combo];
    if (id) return { id, combo };
    if (!event.repeat && this.#beginsWith(combo)) this.#first = { combo, at: event.timeStamp };
    return null;
  }

  /** Whether a press is the second of two: lists leave it to the table. */
  isSecond(event: KeyboardEvent): boolean {
    const combo = comboOf(event);
    const first = this.#first;
    const isInTime = first !== null && event.timeStamp - first.at <= SECOND_WITHIN_MS;
    return isInTime && combo !== null && this.#byKey[`${first.combo} ${combo}`] !== undefined;
  }

  #beginsWith(combo: Combo): ActionId | undefined {
    return Object.entries(this.#byKey).find(([key]) => key.startsWith(`${combo} `))?.[1];
  }

  #keep(own: Own): void {
    this.#own = own;
    if (Object.keys(own).length === 0) this.#store.removeItem('keys');
    else this.#store.setItem('keys', JSON.stringify(own));
  }
}

/** What each key does. What somebody chose comes first, then the table's keys that are still free. */
function byKey(own: Own): Partial<Record<Combo, ActionId>> {
  const keys: Partial<Record<Combo, ActionId>> = Object.create(null);
  const offer = (combo: Combo | null | undefined, id: ActionId) => {
    if (combo) keys[combo] ??= id;
  };
  for (const id of ACTION_IDS) offer(own[id], id);
  for (const id of ACTION_IDS) if (own[id] === undefined) offer(tableOf(id).key, id);
  for (const id of ACTION_IDS) offer(tableOf(id).also, id);
  return keys;
}

function tableOf(id: ActionId): Action {
  return ACTIONS[id];
}

/** Whether an action may have this key: not a bare Enter or Tab, which every control needs for itself. */
export function mayBeGiven(combo: Combo): boolean {
  return isSingle(combo) || /^(Ctrl|Alt)\+/.test(combo) || /^(Shift\+)?F\d{1,2}$/.test(combo);
}
