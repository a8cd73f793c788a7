/**
 * What is planned for the made-up tickets, and the forms in which that is changed.
 *
 * **Invariant:** a form is told as the program tells it; the real rules are the program's.
 */
import type {
  Choice,
  Command,
  PlanDeed,
  PlanFields,
  PlanFormView,
  PlansKnown,
  PlansView,
  PlanTime,
  PlanView,
  Tone,
  Update,
} from '../generated';
import { ASSIGNEES, PEOPLE } from './people';
import type { Scene } from './scenes';

const HOUR = 60 * 60_000;
const SAVED_AFTER_MS = 700;

const status = (value: string, label: string, tone: Tone | null): Choice => ({
  value,
  label,
  tone,
  severity: null,
});

const STATUSES: Choice[] = [
  status('scheduled', 'Scheduled', 'quiet'),
  status('en_route', 'En route', 'moving'),
  status('on_site', 'On site', 'good'),
  status('completed', 'Completed', 'good'),
  status('cancelled', 'Cancelled', 'quiet'),
  status('no_show', 'No show', null),
];

const statusOf = (word: string): Choice =>
  STATUSES.find(({ value }) => value === word) ?? status(word, word, null);

const instant = (at: number) => ({ at, text: '' });
const nameOf = (user: string): string => ASSIGNEES.find(({ value }) => value === user)?.label ?? user;

interface MadePlan {
  view: PlanView;
  people: string[];
}

export class MadePlans {
  readonly #scene: Scene;
  readonly #now: () => number;
  readonly #tell: (update: Update) => void;
  readonly #plans = new Map<string, MadePlan[]>();
  readonly #forms = new Map<string, PlanFormView[]>();
  #count = 0;

  constructor(scene: Scene, now: () => number, tell: (update: Update) => void) {
    this.#scene = scene;
    this.#now = now;
    this.#tell = tell;
  }

  /** Takes a command; false where it is about something else. */
  take(command: Command): boolean {
    if (command.do !== 'plan') return false;
    this.#do(command.ticket, command.entry, command.deed);
    return true;
  }

  /** Somebody opened a ticket. */
  tell(ticket: string): void {
    const forms = this.#forms.get(ticket) ?? this.#begun(ticket);
    this.#forms.set(ticket, forms);
    const known = this.#known();
    const value: PlansView = {
      ticket,
      known,
      entries: known.kind === 'told' ? this.#of(ticket).map(({ view }) => view) : [],
      more: false,
      forms: [...forms],
      statuses: STATUSES,
    };
    this.#tell({ is: 'plans', value });
  }

  #known(): PlansKnown {
    switch (this.#scene.name) {
      case 'loading':
      case 'offline':
      case 'signedOut':
        return { kind: 'nothing' };
      case 'unavailable':
        return { kind: 'notSaid' };
      default:
        return { kind: 'told', asOf: this.#now() };
    }
  }

  /** In the scene of conflicts somebody was faster with the first entry. */
  #begun(ticket: string): PlanFormView[] {
    const [first] = this.#of(ticket);
    if (this.#scene.name !== 'conflict' || !first) return [];
    const form = this.#form(first);
    form.fields = { ...form.fields, notes: 'Ring the side entrance, the front is locked after six.' };
    const by = PEOPLE[0]?.name ?? 'Somebody';
    return [{ ...form, dirty: true, kept: true, banner: { kind: 'newer', by, at: this.#now() - 40_000 } }];
  }

  #of(ticket: string): MadePlan[] {
    const known = this.#plans.get(ticket);
    if (known) return known;
    const mark = Math.floor(this.#now() / HOUR) * HOUR;
    const made = [
      this.#made('e-1', mark - 27 * HOUR, 'completed', 'Look at the switch', ['a-0']),
      this.#made('e-2', mark - HOUR / 2, 'on_site', 'Replace the switch', ['a-0', 'a-1']),
      this.#made('e-3', mark + 25 * HOUR, 'scheduled', 'Check that it holds', ['a-2']),
    ];
    this.#plans.set(ticket, made);
    return made;
  }

  #made(entry: string, start: number, word: string, title: string, people: string[]): MadePlan {
    const view: PlanView = {
      entry,
      version: 1,
      title,
      start,
      end: start + 2 * HOUR,
      time: 'ahead',
      status: statusOf(word),
      people: people.map(nameOf),
      notes: entry === 'e-2' ? 'Bring a ladder.' : '',
      private: false,
      removal: null,
    };
    return { view: { ...view, time: this.#time(view) }, people };
  }

  #time(view: PlanView): PlanTime {
    if (['completed', 'cancelled'].includes(String(view.status.value))) return 'past';
    if (this.#now() < view.start) return 'ahead';
    return this.#now() < view.end ? 'now' : 'overdue';
  }

  #form(made: MadePlan | undefined): PlanFormView {
    const start = (Math.floor(this.#now() / HOUR) + 1) * HOUR;
    const fields: PlanFields = made
      ? {
          title: made.view.title,
          start: instant(made.view.start),
          end: instant(made.view.end),
          status: String(made.view.status.value),
          people: made.people,
          notes: made.view.notes,
        }
      : {
          title: 'Visit',
          start: instant(start),
          end: instant(start + HOUR),
          status: 'scheduled',
          people: ['a-0'],
          notes: '',
        };
    return {
      entry: made?.view.entry ?? null,
      rev: 0,
      fields,
      people: fields.people.map((user) => ({ value: user, label: nameOf(user), tone: null, severity: null })),
      makes: !made,
      dirty: false,
      kept: false,
      save: 'none',
      trouble: null,
      banner: null,
      over: null,
      undo: false,
    };
  }

  #do(ticket: string, entry: string | null, deed: PlanDeed): void {
    const forms = this.#forms.get(ticket) ?? [];
    const form = forms.find((one) => one.entry === entry);
    const made = this.#of(ticket).find(({ view }) => view.entry === entry);
    const become = (part: Partial<PlanFormView>): void => {
      if (form) forms[forms.indexOf(form)] = { ...form, ...part };
    };
    switch (deed.kind) {
      case 'open':
        if (!form) forms.push(this.#form(made));
        break;
      case 'type':
        become({ fields: deed.fields, dirty: true, kept: true, trouble: null });
        break;
      case 'save':
        if (!form || form.banner) break;
        if (this.#scene.link.reach !== 'up') {
          become({ trouble: { kind: this.#scene.link.reach === 'signedOut' ? 'signedOut' : 'offline' } });
          break;
        }
        become({ save: 'going', trouble: null });
        setTimeout(() => this.#saved(ticket, form.entry), SAVED_AFTER_MS);
        break;
      case 'reload':
        become({ ...this.#form(made), rev: (form?.rev ?? 0) + 1, undo: true });
        break;
      case 'undo':
        become({ undo: false });
        break;
      case 'dismiss':
        if (form?.banner?.kind === 'newer') become({ banner: null, over: form.banner });
        break;
      case 'close':
        if (form) forms.splice(forms.indexOf(form), 1);
        break;
      case 'remove':
        if (made) this.#of(ticket).splice(this.#of(ticket).indexOf(made), 1);
        break;
    }
    this.#forms.set(ticket, forms);
    this.tell(ticket);
  }

  #saved(ticket: string, entry: string | null): void {
    const forms = this.#forms.get(ticket) ?? [];
    const form = forms.find((one) => one.entry === entry);
    if (!form) return;
    const { title, start, end, status: word, people, notes } = form.fields;
    const plans = this.#of(ticket);
    const old = plans.findIndex(({ view }) => view.entry === entry);
    const name = entry ?? `e-new-${this.#count++}`;
    const made = this.#made(name, start.at ?? 0, word, title, people);
    made.view = { ...made.view, notes, end: end.at ?? 0, version: (plans[old]?.view.version ?? 0) + 1 };
    plans.splice(old < 0 ? plans.length : old, old < 0 ? 0 : 1, made);
    plans.sort((one, other) => one.view.start - other.view.start);
    forms.splice(forms.indexOf(form), 1);
    this.tell(ticket);
  }
}
