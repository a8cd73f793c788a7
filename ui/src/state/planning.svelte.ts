/**
 * The forms in which people plan, while they type in them.
 *
 * The program keeps what stands in a form; between a keystroke and its answer the boxes are ahead of what it tells, and letting
 * the answer overwrite them would eat letters. Where the program itself replaced what stands there, it says so with the
 * form's next `rev`, and its word holds.
 *
 * **Invariant:** whatever is typed reaches the program with the `rev` that was before the person, and before anything that they
 * press after it.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Command, PlanDeed, PlanFields, PlanFormView, PlansView } from '../bridge/generated';
import { DRAFT_AFTER_MS } from './typing.svelte';

interface Typed {
  ticket: string;
  entry: string | null;
  rev: number;
  fields: PlanFields;
}

const nameOf = (ticket: string, entry: string | null): string => `${ticket}/${entry ?? ''}`;

export class Planning {
  /** The form that the person asked for; whoever draws it puts the focus there and takes this back. */
  wish = $state<string | null>(null);

  readonly #typed = new SvelteMap<string, Typed>();
  readonly #timers = new SvelteMap<string, ReturnType<typeof setTimeout>>();
  readonly #send: (command: Command) => Promise<boolean>;

  constructor(send: (command: Command) => Promise<boolean>) {
    this.#send = send;
  }

  /** What stands in the boxes of a form. */
  fieldsOf(ticket: string, form: PlanFormView): PlanFields {
    return this.#typed.get(nameOf(ticket, form.entry))?.fields ?? form.fields;
  }

  put(ticket: string, form: PlanFormView, part: Partial<PlanFields>): void {
    const name = nameOf(ticket, form.entry);
    const now = this.#typed.get(name) ?? { ticket, entry: form.entry, rev: form.rev, fields: form.fields };
    this.#typed.set(name, { ...now, fields: { ...now.fields, ...part } });
    if (!this.#timers.has(name))
      this.#timers.set(
        name,
        setTimeout(() => void this.#flush(name), DRAFT_AFTER_MS),
      );
  }

  /** Hands over what is held back: the form is being left. */
  flush(ticket: string, entry: string | null): void {
    void this.#flush(nameOf(ticket, entry));
  }

  /** Presses something of an entry, after all that was typed. */
  async press(ticket: string, entry: string | null, deed: PlanDeed): Promise<void> {
    const name = nameOf(ticket, entry);
    if (deed.kind === 'close') this.#forget(name);
    else await this.#flush(name);
    await this.#send({ do: 'plan', ticket, entry, deed });
  }

  /** Opens a form and looks forward to it. */
  open(ticket: string, entry: string | null): void {
    this.wish = nameOf(ticket, entry);
    void this.press(ticket, entry, { kind: 'open' });
  }

  /** Whether this is the form that was asked for; it is asked once. */
  grants(ticket: string, entry: string | null): boolean {
    if (this.wish !== nameOf(ticket, entry)) return false;
    this.wish = null;
    return true;
  }

  /** The program tells what stands in the forms of a ticket. */
  apply(view: PlansView): void {
    for (const [name, typed] of [...this.#typed]) {
      if (typed.ticket !== view.ticket || this.#timers.has(name)) continue;
      const form = view.forms.find(({ entry }) => entry === typed.entry);
      // Otherwise something older is on its way to us still.
      if (!form || form.rev !== typed.rev || isSame(form.fields, typed.fields)) this.#typed.delete(name);
    }
  }

  async #flush(name: string): Promise<void> {
    const typed = this.#typed.get(name);
    if (!typed || !this.#timers.has(name)) return;
    this.#rest(name);
    const { ticket, entry, rev, fields } = typed;
    await this.#send({ do: 'plan', ticket, entry, deed: { kind: 'type', rev, fields } });
  }

  #forget(name: string): void {
    this.#rest(name);
    this.#typed.delete(name);
  }

  #rest(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function isSame(one: PlanFields, other: PlanFields): boolean {
  const { people, start, end, ...texts } = one;
  return (
    Object.entries(texts).every(([key, value]) => other[key as keyof typeof texts] === value) &&
    [...people].sort().join() === [...other.people].sort().join() &&
    [start, end].every(({ at, text }, place) => {
      const their = place === 0 ? other.start : other.end;
      return their.at === at && their.text === text;
    })
  );
}
