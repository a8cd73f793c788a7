/**
 * All that the window knows, and where each update goes.
 *
 * **Invariant:** every update is handed to exactly one part, unchanged.
 */
import { getContext, setContext } from 'svelte';
import type { Backend } from '../bridge/backend';
import type {
  Choice,
  Command,
  Counts,
  Face,
  HabitsView,
  LinkView,
  NeedsView,
  OutboxView,
  ProfilesView,
  SetupView,
  ShellCommand,
  UndoView,
  Update,
  WindowKind,
} from '../bridge/generated';
import { text } from '../text/en';
import { act, type ActionId, type Stage } from './actions';
import { ActivityState } from './activity.svelte';
import { AlertsState } from './alerts.svelte';
import { Announcer } from './announcer.svelte';
import { BoardState } from './board.svelte';
import { BulkState } from './bulk.svelte';
import { CellEdit } from './cell.svelte';
import { Clock } from './clock.svelte';
import { Commander } from './commander.svelte';
import { Composing } from './composing.svelte';
import { Cursor } from './cursor.svelte';
import { Finder } from './finder.svelte';
import { Keymap } from './keymap.svelte';
import { Notices } from './notices.svelte';
import { Over } from './over.svelte';
import { Places } from './places.svelte';
import { SimulatorState } from './simulator.svelte';
import { Planning } from './planning.svelte';
import { Taste } from './taste.svelte';
import { TicketState } from './ticket.svelte';
import { Views } from './views.svelte';

const MAIN_VIEW = 'main';

/** How often the program is told that the person is at the machine. */
const STIR_MS = 60_000;

/** What is so before the program has said anything. */
const NO_LINK: LinkView = {
  live: 'connecting',
  reach: 'unknown',
  saving: 'safe',
  since: 0,
  lag: null,
  clockOffset: 0,
  support: 'unknown',
  quiet: false,
  polling: false,
};

export class Console {
  readonly board: BoardState;
  readonly cursor: Cursor;
  readonly ticket: TicketState;
  readonly cell: CellEdit;
  readonly notices = new Notices();
  readonly announcer = new Announcer();
  readonly clock = new Clock();
  readonly taste = new Taste();
  readonly keymap = new Keymap();
  readonly over = new Over();
  readonly finder: Finder;
  readonly views: Views;
  readonly commander: Commander;
  /** The parts of the page that actions reach; `null` while there is no board. */
  stage: Stage | null = null;
  readonly places = new Places();
  readonly composing: Composing;
  readonly planning: Planning;
  readonly activity: ActivityState;
  readonly alerts: AlertsState;
  readonly bulk: BulkState;
  readonly simulator: SimulatorState;

  link = $state.raw<LinkView>(NO_LINK);
  counts = $state.raw<Counts | null>(null);
  me = $state.raw<Face | null>(null);
  boards = $state.raw<readonly Choice[]>([]);
  /** What waits for a decision, and the last one that can be taken back. */
  needs = $state.raw<NeedsView | null>(null);
  /** What waits to be sent and what was, while that list is open. */
  outbox = $state.raw<OutboxView | null>(null);
  /** What keeps the program from its work; nothing else comes while it does. */
  setup = $state.raw<SetupView | null>(null);
  /** Who we can be to which server; whether the plug is in, where that can be pulled. */
  profiles = $state.raw<ProfilesView | null>(null);
  /** How the program behaves on this machine, while somebody reads it. */
  habits = $state.raw<HabitsView | null>(null);
  /** What this window is for. */
  kind = $state.raw<WindowKind>({ shows: 'board' });

  readonly #backend: Backend;
  #said = Date.now();
  /** The program listens to us. */
  #isHeard = $state(false);
  /** Where the program believes that the person looks. */
  #looks: { focused: boolean; ticket: string | null } = { focused: false, ticket: null };

  constructor(backend: Backend) {
    this.#backend = backend;
    const send = (command: Command) => void this.send(command);
    this.composing = new Composing(send);
    this.planning = new Planning((command) => this.send(command));
    this.activity = new ActivityState(send);
    this.alerts = new AlertsState(send);
    this.bulk = new BulkState(send);
    this.simulator = new SimulatorState(send);
    this.board = new BoardState(MAIN_VIEW, send);
    this.cursor = new Cursor(this.board);
    this.ticket = new TicketState(send);
    this.cell = new CellEdit(this.ticket, this.board);
    this.finder = new Finder(send);
    this.views = new Views(this.board, this.taste, send);
    this.commander = new Commander(this.over, this);
  }

  /** Does an action, where there is anything to do; says whether there was. */
  act(id: ActionId): boolean {
    return this.stage !== null && act(id, this.stage);
  }

  /** Listens, which has everything told that is known, and asks for the board. */
  async start(): Promise<void> {
    try {
      await this.#backend.subscribe((update) => this.apply(update));
    } catch (error) {
      this.notices.tell({ kind: 'notSent', reason: reasonOf(error) });
      return;
    }
    this.#isHeard = true;
    this.ask({ do: 'readProfiles' });
    if (!this.isAlone) this.board.open();
    this.ticket.reopen();
    this.finder.reopen();
    // Always: what was decided can be taken back from everywhere.
    void this.send({ do: 'openNeeds' });
    this.activity.reopen();
    this.simulator.reopen();
    // What is watched is marked on the ticket.
    this.alerts.read();
  }

  /** Whether this window shows one ticket and nothing else (CO-3). */
  get isAlone(): boolean {
    return this.kind.shows === 'ticket';
  }

  /** The person is at the machine: said when nothing else has been said for a minute (LT-9). */
  stir(): void {
    if (Date.now() - this.#said >= STIR_MS) void this.send({ do: 'stillHere' });
  }

  /** Says where the person looks: what they see need not call them. */
  look(focused: boolean): void {
    const ticket = this.ticket.id;
    if (!this.#isHeard || (focused === this.#looks.focused && (!focused || ticket === this.#looks.ticket)))
      return;
    this.#looks = { focused, ticket };
    void this.send({ do: 'focus', ...this.#looks });
  }

  /** Hands a command over; false, with a notice, where it never reached the program. */
  async send(command: Command): Promise<boolean> {
    this.#said = Date.now();
    try {
      await this.#backend.send(command);
      return true;
    } catch (error) {
      this.notices.tell({ kind: 'notSent', reason: reasonOf(error) });
      return false;
    }
  }

  /** The last decision, where it can be taken back. */
  get undoable(): UndoView | null {
    return this.needs?.undo ?? null;
  }

  /** Takes the last decision back, where there is one. */
  undo(): void {
    const last = this.undoable;
    if (last) void this.send({ do: 'undo', decision: last.decision });
  }

  /** Asks the program around the desk: profiles, windows. */
  ask(command: ShellCommand): void {
    this.#backend.ask(command).catch((error: unknown) => {
      this.notices.tell({ kind: 'notSent', reason: reasonOf(error) });
    });
  }

  /** Whether the plug of the company inside the program is in; `null`: the person works elsewhere. */
  get plug(): boolean | null {
    return this.profiles?.plug ?? null;
  }

  /** Pulls it, or puts it back. */
  turnPlug(): void {
    if (this.plug !== null) this.ask({ do: 'plug', isIn: !this.plug });
  }

  /** Shows a ticket in a window of its own. */
  openWindow(ticket: string): void {
    this.ask({ do: 'openWindow', ticket });
  }

  apply(update: Update): void {
    switch (update.is) {
      case 'board':
        this.#board(update.value);
        break;
      case 'ticket':
        this.ticket.apply(update.value);
        break;
      case 'link':
        this.#relink(update.value);
        break;
      case 'counts':
        this.counts = update.value;
        break;
      case 'me':
        this.me = update.value;
        break;
      case 'boards':
        this.boards = update.value;
        break;
      case 'comments':
        this.ticket.hear(update.value);
        break;
      case 'plans':
        this.ticket.foresee(update.value);
        this.planning.apply(update.value);
        break;
      case 'needs':
        this.needs = update.value;
        break;
      case 'outbox':
        this.outbox = update.value;
        break;
      case 'bulk':
        this.bulk.apply(update.value);
        break;
      case 'show':
        // A window of one ticket stays with it.
        if (this.isAlone) break;
        if (update.value.kind === 'ticket') this.ticket.open(update.value.ticket);
        if (update.value.kind === 'activity') this.places.go('activity');
        if (update.value.kind === 'outbox') this.places.go('outbox');
        break;
      case 'view':
        this.board.summarize(update.value);
        break;
      case 'chips':
        this.board.call(update.value);
        break;
      case 'offers':
        this.board.offer(update.value);
        break;
      case 'views':
        this.views.apply(update.value);
        break;
      case 'composer':
        this.composing.apply(update.value);
        break;
      case 'activity':
        this.activity.apply(update.value.rev, update.value.change);
        break;
      case 'alerts':
        this.alerts.view = update.value;
        break;
      case 'tried':
        this.alerts.verdict = update.value;
        break;
      case 'catalog':
        this.simulator.catalog = update.value;
        break;
      case 'eventForm':
        this.simulator.applyForm(update.value);
        break;
      case 'eventLog':
        this.simulator.applyLog(update.value);
        break;
      case 'simulation':
        this.simulator.applySimulation(update.value);
        break;
      case 'notice':
        this.notices.tell(update.value);
        break;
      case 'habits':
        this.habits = update.value;
        break;
      case 'profiles':
        this.profiles = update.value;
        break;
      case 'window':
        this.#become(update.value);
        break;
      case 'setup':
        // Of these one is no obstacle: the program runs and only says what it did.
        if (update.value.code === 'outboxSetAside')
          this.notices.tell({ kind: 'setAside', reason: update.value.message });
        else this.setup = update.value;
        break;
    }
  }

  #board({ view, rev, change }: Extract<Update, { is: 'board' }>['value']): void {
    if (this.finder.owns(view)) {
      this.finder.apply(view, rev, change);
      return;
    }
    this.board.apply(view, rev, change);
    this.cursor.follow();
  }

  /** The shell says what this window is for: before anything else, or just after the board was asked for. */
  #become(kind: WindowKind): void {
    this.kind = kind;
    if (kind.shows !== 'ticket') return;
    if (this.#isHeard) this.board.close();
    this.ticket.open(kind.ticket);
  }

  #relink(link: LinkView): void {
    const before = text.link.state(this.link).words;
    this.link = link;
    this.clock.correct(link.clockOffset);
    const now = text.link.state(link).words;
    if (now !== before) this.announcer.say(now);
  }
}

/** The program refuses with a code and a sentence; what lies between it and us throws anything. */
function reasonOf(error: unknown): string {
  const told = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(told).replace(/\.$/, '');
}

const KEY = Symbol('console');

export function provideConsole(console: Console): void {
  setContext(KEY, console);
}

export function useConsole(): Console {
  return getContext<Console>(KEY);
}
