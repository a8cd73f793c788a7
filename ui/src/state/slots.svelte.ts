/**
 * What stands in a form: one slot for each field, and what they make together.
 *
 * **Invariant:** nothing here judges what was filled in. A number that is none goes along as it was typed, for the server to
 * name; only what is no JSON at all cannot be sent.
 */
import { FORM_ITEMS_MAX, type FieldFault, type FormField } from '../bridge/generated';

export type Path = readonly string[];

/** Of a field that is chosen: nothing is given. */
export const NOTHING = '';

export class Slot {
  readonly field: FormField;
  /** What was typed; of a choice its JSON. */
  text = $state('');
  isNull = $state(false);
  /** Whether a group or a list goes along. */
  isGiven = $state(false);
  /** The fields of a group, the things of a list. */
  within = $state.raw<readonly Slot[]>([]);

  /** `fill`: it goes along, with what the form knows to fit. */
  constructor(field: FormField, fill: boolean) {
    this.field = field;
    this.isGiven = fill;
    const { input } = field;
    if (input.kind === 'group') this.within = input.fields.map((inner) => new Slot(inner, inner.required));
    else if (input.kind === 'list') {
      const count = fill ? Math.min(input.least, FORM_ITEMS_MAX) : 0;
      this.within = Array.from({ length: count }, () => new Slot(input.of, true));
    } else if (fill) this.text = exampleOf(field);
  }

  /** Whether it is left out of the payload as a whole. */
  get isLeftOut(): boolean {
    return !this.field.required && !this.isGiven;
  }

  give(on: boolean): void {
    this.isGiven = on;
    const { input } = this.field;
    if (on && input.kind === 'list' && this.within.length === 0) this.add();
  }

  /** One more of a list. */
  add(): void {
    const { input } = this.field;
    if (input.kind !== 'list' || this.isFull) return;
    this.within = [...this.within, new Slot(input.of, true)];
  }

  get isFull(): boolean {
    return this.within.length >= FORM_ITEMS_MAX;
  }

  remove(item: Slot): void {
    this.within = this.within.filter((other) => other !== item);
  }
}

/** An example as it stands in the field. */
export function exampleOf({ input, example }: FormField): string {
  if (example === null || example === undefined) return '';
  if (input.kind === 'json') return JSON.stringify(example, null, 2);
  return input.kind === 'text' ? String(example) : JSON.stringify(example);
}

/** What it makes; `undefined`: nothing is given. */
export function valueOf(slot: Slot): unknown {
  if (slot.isNull) return null;
  const { input, required } = slot.field;
  switch (input.kind) {
    case 'group':
      if (slot.isLeftOut) return undefined;
      return Object.fromEntries(
        slot.within
          .map((inner) => [inner.field.name, valueOf(inner)] as const)
          .filter(([, value]) => value !== undefined),
      );
    case 'list':
      // What stands empty keeps its place.
      return slot.isLeftOut ? undefined : slot.within.map((inner) => valueOf(inner) ?? null);
    case 'text':
      return required || slot.text !== '' ? slot.text : undefined;
    case 'number':
      return numberOf(slot.text);
    default:
      return slot.text.trim() === '' ? undefined : (JSON.parse(slot.text) as unknown);
  }
}

function numberOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The slots whose text is no JSON, or, of the payload as a whole, no object. */
export function unreadable(root: Slot): Slot[] {
  const found: Slot[] = [];
  const look = (slot: Slot, isRoot: boolean) => {
    const { kind } = slot.field.input;
    if (slot.isNull || ((kind === 'group' || kind === 'list') && slot.isLeftOut)) return;
    if (kind === 'json' && !isReadable(slot.text, isRoot)) found.push(slot);
    slot.within.forEach((inner) => look(inner, false));
  };
  look(root, true);
  return found;
}

function isReadable(text: string, asObject: boolean): boolean {
  if (text.trim() === '') return !asObject;
  try {
    const value: unknown = JSON.parse(text);
    return !asObject || (typeof value === 'object' && value !== null && !Array.isArray(value));
  } catch {
    return false;
  }
}

/** What is wrong, each with its slot: the very one that the path names, else the nearest around it, with the rest of the path. */
export function faultsAt(root: Slot, faults: readonly FieldFault[]): [at: Slot, words: string][] {
  return faults.map(({ path, message }) => {
    let [at, step] = [root, 0];
    for (; step < path.length; step++) {
      const inner: Slot | undefined = at.isLeftOut || at.isNull ? undefined : innerOf(at, path[step] ?? '');
      if (!inner) break;
      at = inner;
    }
    const rest = path.slice(step);
    return [at, rest.length === 0 ? message : `${rest.join(' › ')}: ${message}`];
  });
}

function innerOf(slot: Slot, step: string): Slot | undefined {
  if (slot.field.input.kind === 'list') return slot.within[Number(step)];
  return slot.within.find((inner) => inner.field.name === step);
}
