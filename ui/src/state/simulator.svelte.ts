/**
 * Events: what the server can tell of, and one that a person has it tell although nothing happened (EV-5).
 *
 * **Invariant:** whether something is sent, and what became of it, is the program's word. One press or two: the same attempt
 * has the same number, and a number is told once.
 */
import type {
  CatalogView,
  Command,
  EventForm,
  EventKind,
  EventLogView,
  EventType,
  SimulationView,
} from '../bridge/generated';
import { faultsAt, Slot, unreadable, valueOf } from './slots.svelte';

/** Which kinds are listed, by who tells them. */
export type Teller = 'all' | 'server' | 'simulated';

export class SimulatorState {
  catalog = $state.raw<CatalogView | null>(null);
  words = $state('');
  teller = $state<Teller>('all');
  domain = $state<string | null>(null);
  chosen = $state<EventType | null>(null);
  /** What is filled in for the chosen kind; `null` while its form is not known. */
  root = $state.raw<Slot | null>(null);
  log = $state.raw<EventLogView | null>(null);
  simulation = $state.raw<SimulationView | null>(null);
  /** Texts that are no JSON were about to be sent. */
  unread = $state.raw<readonly Slot[]>([]);

  readonly #send: (command: Command) => void;
  #isOpen = false;
  #attempt = $state(1);
  #form: EventForm | null = null;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  open(): void {
    this.#isOpen = true;
    this.read();
    if (this.chosen !== null) this.#send({ do: 'chooseEvent', eventType: this.chosen });
  }

  /** What was filled in stays; what the program told of it is told anew. */
  close(): void {
    this.#isOpen = false;
    this.log = null;
    this.simulation = null;
    this.#attempt += 1;
    this.#send({ do: 'closeEvents' });
  }

  /** The program has forgotten us. */
  reopen(): void {
    if (this.#isOpen) this.open();
  }

  /** Asks which events there are. */
  read(): void {
    this.#send({ do: 'openEvents' });
  }

  readLog(): void {
    if (this.chosen !== null) this.#send({ do: 'readEventLog' });
  }

  /** The kinds that are listed. */
  readonly kinds = $derived.by((): readonly EventKind[] => {
    const wanted = this.words.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.catalog?.kinds ?? []).filter((kind) => {
      if (this.domain !== null && kind.domain !== this.domain) return false;
      if (this.teller !== 'all' && kind.emitted !== (this.teller === 'server')) return false;
      const words = `${kind.eventType} ${kind.name} ${kind.domain} ${kind.about}`.toLowerCase();
      return wanted.every((word) => words.includes(word));
    });
  });

  readonly domains = $derived.by(() =>
    (this.catalog?.kinds ?? [])
      .map((kind) => kind.domain)
      .filter((domain, place, all) => all.indexOf(domain) === place),
  );

  readonly kind = $derived.by(
    () => this.catalog?.kinds.find((kind) => kind.eventType === this.chosen) ?? null,
  );

  get isNarrow(): boolean {
    return this.words.trim() !== '' || this.teller !== 'all' || this.domain !== null;
  }

  showAll(): void {
    [this.words, this.teller, this.domain] = ['', 'all', null];
  }

  choose(eventType: EventType): void {
    if (eventType === this.chosen) return;
    this.chosen = eventType;
    this.root = null;
    this.#form = null;
    this.#forget();
    this.log = null;
    this.#send({ do: 'chooseEvent', eventType });
  }

  /** Fills the form in as it was at first. */
  fillAnew(): void {
    if (this.#form === null) return;
    this.root = new Slot(this.#form.root, true);
    this.#forget();
  }

  /** Something was filled in otherwise: what is sent next is another event. */
  touch(): void {
    this.unread = [];
    if (this.simulation?.attempt === this.#attempt) this.#attempt += 1;
  }

  /** Whether pressing the button sends anything. */
  get canSend(): boolean {
    if (this.root === null) return false;
    const kind = this.simulation?.fate.kind;
    if (kind === 'sending') return false;
    const isTold = kind === 'told' || kind === 'arrived' || kind === 'notSeen';
    return !(isTold && this.simulation?.attempt === this.#attempt);
  }

  send(): void {
    if (this.chosen === null || this.root === null || !this.canSend) return;
    this.unread = unreadable(this.root);
    if (this.unread.length > 0) return;
    const payload = valueOf(this.root) as Record<string, unknown>;
    this.#send({ do: 'simulate', attempt: this.#attempt, eventType: this.chosen, payload });
  }

  /** The same again, as another event. */
  another(): void {
    this.#forget();
  }

  readonly #faults = $derived.by(() => {
    const fate = this.simulation?.fate;
    return this.root && fate?.kind === 'refused' ? faultsAt(this.root, fate.faults) : [];
  });

  /** What is wrong at a slot, as the server says. */
  faultsOf(slot: Slot): string[] {
    return this.#faults.filter(([at]) => at === slot).map(([, words]) => words);
  }

  applyForm(form: EventForm): void {
    if (form.eventType !== this.chosen) return;
    const isNew = this.#form === null;
    this.#form = form;
    // What a person has filled in is not filled in anew because they came back.
    if (isNew) this.root = new Slot(form.root, true);
  }

  applyLog(log: EventLogView): void {
    if (log.eventType === this.chosen) this.log = log;
  }

  applySimulation(view: SimulationView): void {
    if (view.eventType === this.chosen) this.simulation = view;
  }

  #forget(): void {
    this.simulation = null;
    this.unread = [];
    this.#attempt += 1;
  }
}
