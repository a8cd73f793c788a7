/**
 * A made-up program: a believable board in memory, for a plain browser and for tests.
 *
 * **Invariant:** speaks exactly the bridge's types; the window cannot tell it from the program.
 */
import type { Backend } from './backend';
import type {
  Attempt,
  BoardChange,
  BoardQuery,
  Choice,
  Command,
  FieldName,
  Line,
  PlacedLine,
  SavedView,
  ShellCommand,
  Update,
  Value,
} from './generated';
import { BOARDS, HABITS, ME, PEOPLE, PROFILES, STATUSES } from './scripted/people';
import { MadeEvents } from './scripted/events';
import { dress, sceneOf, type Scene, type SceneName } from './scripted/scenes';
import { MadePlans } from './scripted/plans';
import { MadeRecord } from './scripted/record';
import { CHOICES, countsOf, linesOf, makeTickets, viewOf, type Made } from './scripted/tickets';
import { MadeWork } from './scripted/work';

import { named, offersOf, saved } from './scripted/views';

export { sceneNamed } from './scripted/scenes';

const LIT_MS = 600;
const SAVED_AFTER_MS = 700;
/** Tickets that wait in the scene in which the lines stand still. */
const FROZEN = 4;

interface View {
  query: BoardQuery;
  first: number;
  count: number;
  rev: number;
  all: readonly Line[];
}

export class ScriptedBackend implements Backend {
  readonly #scene: Scene;
  readonly #tickets: Made[];
  readonly #views = new Map<string, View>();
  readonly #now: () => number;
  readonly #open = new Set<string>();
  #saved: SavedView[] = [];
  readonly #work: MadeWork;
  readonly #record: MadeRecord;
  readonly #events: MadeEvents;
  readonly #plans: MadePlans;
  #onUpdate: (update: Update) => void = () => undefined;
  #turn = 0;

  constructor(scene: SceneName, now: () => number = Date.now) {
    this.#scene = sceneOf(scene);
    this.#now = now;
    this.#tickets = makeTickets(this.#scene.tickets, now());
    dress(this.#tickets, this.#scene, now());
    const tell = (update: Update) => this.#tell(update);
    this.#work = new MadeWork(this.#tickets, this.#scene, now, {
      tell,
      choose: (ticket, field, value) => this.#choose(ticket, field, value),
      refresh: () => this.#refresh(),
    });
    this.#record = new MadeRecord(this.#tickets, scene === 'loading', now, tell);
    this.#events = new MadeEvents(this.#scene, now, tell);
    this.#plans = new MadePlans(this.#scene, now, tell);
  }

  async subscribe(onUpdate: (update: Update) => void): Promise<void> {
    this.#onUpdate = onUpdate;
    // As the shell does: whoever listens is told everything.
    this.#hello();
    if (this.#scene.everyMs !== null) setInterval(() => this.#colleague(), this.#scene.everyMs);
  }

  /** There is nothing around this program. */
  async ask(command: ShellCommand): Promise<void> {
    if (command.do === 'readHabits') this.#tell({ is: 'habits', value: HABITS });
    const { name } = this.#scene;
    if (name !== 'first' && name !== 'connect') return;
    const known = name === 'connect' ? PROFILES : [];
    const attempt: Attempt | null =
      command.do === 'readProfiles'
        ? null
        : { state: 'failed', code: 'keyRefused', message: 'It answered 401.' };
    this.#tell({
      is: 'profiles',
      value: { profiles: [...known], active: null, attempt, keys: { in: 'keyring' }, plug: null },
    });
  }

  async send(command: Command): Promise<void> {
    switch (command.do) {
      case 'hello':
        this.#hello();
        break;
      case 'openView':
        this.#openView(command.view, command.query);
        break;
      case 'showLines':
        this.#showLines(command.view, command.first, command.count);
        break;
      case 'closeView':
        this.#views.delete(command.view);
        break;
      case 'readOffers': {
        const query = this.#views.get(command.view)?.query;
        if (!query) break;
        const value = offersOf(command.view, command.kind, query, this.#tickets, this.#now());
        this.#tell({ is: 'offers', value });
        break;
      }
      case 'saveView':
      case 'renameView':
      case 'deleteView':
        this.#saved = saved(this.#saved, command);
        this.#tell({ is: 'views', value: this.#saved });
        break;
      case 'refreshNow':
        this.#stand(command.view, 0);
        break;
      case 'choosing':
        break;
      case 'openTicket':
        this.#open.add(command.ticket);
        this.#refresh();
        this.#plans.tell(command.ticket);
        this.#work.talk(command.ticket);
        if (this.#scene.name === 'conflict') this.#aside(command.ticket);
        break;
      case 'closeTicket':
        this.#open.delete(command.ticket);
        break;
      case 'retryLink':
        this.#tell({ is: 'link', value: { ...this.#scene.link, live: 'connecting' } });
        break;
      case 'viewQuietly':
        this.#scene.link = { ...this.#scene.link, quiet: command.on };
        this.#tell({ is: 'link', value: this.#scene.link });
        break;
      case 'pollSlowly':
        this.#scene.link = { ...this.#scene.link, polling: command.on };
        this.#tell({ is: 'link', value: this.#scene.link });
        break;
      case 'focus':
      case 'stillHere':
        break;
      case 'signOut':
        this.#tell({ is: 'notice', value: { kind: 'unsent', edits: 2, drafts: 1 } });
        break;
      default:
        if ([this.#work, this.#record, this.#events, this.#plans].some((part) => part.take(command))) return;
        if ('ticket' in command && 'field' in command) this.#field(command);
    }
  }

  #hello(): void {
    if (this.#scene.name === 'first' || this.#scene.name === 'connect') {
      this.#tell({ is: 'setup', value: { code: 'firstStart', message: '' } });
      return;
    }
    if (this.#scene.name === 'setup') {
      const message = 'The server answered, but does not know this key.';
      this.#tell({ is: 'setup', value: { code: 'badKey', message } });
      return;
    }
    const [first] = this.#tickets;
    if (this.#scene.name === 'alone' && first)
      this.#tell({ is: 'window', value: { shows: 'ticket', ticket: first.id } });
    this.#tell({ is: 'me', value: ME });
    this.#tell({ is: 'boards', value: [...BOARDS] });
    this.#tell({ is: 'link', value: this.#scene.link });
    this.#count();
  }

  #tell(update: Update): void {
    this.#onUpdate(update);
  }

  #count(): void {
    this.#tell({ is: 'counts', value: countsOf(this.#tickets) });
  }

  #openView(name: string, query: BoardQuery): void {
    const all = linesOf(this.#tickets, query, this.#now());
    const view = this.#views.get(name) ?? { query, first: 0, count: 0, rev: 0, all };
    this.#views.set(name, Object.assign(view, { query, all }));
    if (query.chips.length > 0) this.#tell({ is: 'chips', value: { view: name, chips: named(query) } });
    this.#stand(name, this.#scene.name === 'frozen' ? FROZEN : 0);
  }

  /** How a view stands beside its lines. */
  #stand(view: string, waiting: number): void {
    const all = this.#views.get(view)?.all ?? [];
    const tickets = all.filter(({ kind }) => kind === 'ticket').length;
    this.#tell({ is: 'view', value: { view, tickets, waiting, held: waiting > 0 } });
  }

  #showLines(name: string, first: number, count: number): void {
    const view = this.#views.get(name);
    if (!view || this.#scene.name === 'loading') return;
    const { all } = view;
    Object.assign(view, { first, count, rev: view.rev + 1 });
    const change: BoardChange = {
      kind: 'reset',
      total: all.length,
      first,
      lines: all.slice(first, first + count),
    };
    this.#tell({ is: 'board', value: { view: name, rev: view.rev, change } });
  }

  #made(ticket: string): Made | undefined {
    return this.#tickets.find((made) => made.id === ticket);
  }

  /** Tells each view and the open ticket what is different now. */
  #refresh(): void {
    for (const [name, view] of this.#views) {
      const before = view.all;
      const all = linesOf(this.#tickets, view.query, this.#now());
      const lines: PlacedLine[] = all
        .slice(view.first, view.first + view.count)
        .map((line, place) => ({ at: view.first + place, line }))
        .filter(({ line, at }) => JSON.stringify(line) !== JSON.stringify(before[at]));
      view.all = all;
      if (lines.length === 0 && all.length === before.length) continue;
      view.rev += 1;
      const change: BoardChange = { kind: 'patch', total: all.length, lines };
      this.#tell({ is: 'board', value: { view: name, rev: view.rev, change } });
    }
    const live = this.#scene.link.live === 'live';
    for (const ticket of this.#open) {
      const made = this.#made(ticket);
      if (made) this.#tell({ is: 'ticket', value: viewOf(made, this.#now(), live) });
    }
    this.#count();
    this.#work.tell();
  }

  /** One of many: every fifth is refused, as boards differ in what they allow. */
  #choose(ticket: string, field: FieldName, value: Value): string | null {
    const made = this.#made(ticket);
    if (!made || this.#tickets.indexOf(made) % 5 === 4) return 'This board has no such value.';
    this.#put(made, field, value);
    this.#save(made, field);
    return null;
  }

  #field(command: Extract<Command, { ticket: string; field: FieldName }>): void {
    const made = this.#made(command.ticket);
    if (!made) return;
    const { field } = command;
    const state = made.states[field];
    switch (command.do) {
      case 'draft':
        this.#put(made, field, command.value);
        made.states[field] = { kind: 'draft', kept: true };
        break;
      case 'edit':
      case 'chooseOther':
        this.#put(made, field, command.value);
        this.#save(made, field);
        break;
      case 'keepYours':
        // Another value stands there by now: the panel stays.
        if (state?.kind === 'conflict' && state.theirs.value !== command.theirs) return;
        this.#work.decided(made, field, 'kept');
        this.#save(made, field);
        break;
      case 'retryEdit':
        this.#save(made, field);
        break;
      case 'takeTheirs':
        if (state?.kind === 'conflict') {
          if (state.mine.value !== command.mine) return;
          this.#put(made, field, state.theirs.value);
          this.#work.decided(made, field, 'took');
        }
        made.states[field] = { kind: 'confirmed', savedAt: null };
        break;
      case 'dropDraft':
      case 'dropEdit':
        made.states[field] = { kind: 'confirmed', savedAt: null };
        break;
      default:
        return;
    }
    this.#refresh();
  }

  #put(made: Made, field: FieldName, value: Value): void {
    if (!(field in made.values)) return;
    const chosen: Choice = CHOICES[field]?.find((choice) => choice.value === value) ?? {
      value,
      label: String(value ?? ''),
      tone: null,
      severity: null,
    };
    made.values = { ...made.values, [field]: chosen };
  }

  #save(made: Made, field: FieldName): void {
    const reachable = this.#scene.link.reach === 'up';
    made.states[field] = { kind: reachable ? 'sending' : 'queued' };
    if (!reachable) return;
    const to = made.values[field as keyof Made['values']];
    setTimeout(() => {
      made.states[field] = { kind: 'confirmed', savedAt: this.#now() };
      if (to) this.#work.saved(made, field, to);
      this.#refresh();
    }, SAVED_AFTER_MS);
  }

  /** Somebody else changes what we are not working on (LT-12). */
  #aside(ticket: string): void {
    const number = this.#made(ticket)?.number ?? '';
    const fields: FieldName[] = ['location_id', 'contact_name_id'];
    this.#tell({ is: 'notice', value: { kind: 'changed', ticket, number, who: 'Dana Wu', fields } });
  }

  /** Somebody else sets the status of some ticket. */
  #colleague(): void {
    const turn = this.#turn++;
    const made = this.#tickets[(turn * 7) % 24];
    const who = PEOPLE[turn % PEOPLE.length];
    const next = STATUSES[turn % 7];
    if (!made || !who || !next || made.states.status_id) return;
    this.#put(made, 'status_id', next.value);
    made.asOf = this.#now();
    made.lit = ['status_id'];
    made.faces = [{ ...who, editing: turn % 3 === 0 ? 'status_id' : null }];
    this.#refresh();
    setTimeout(() => {
      made.lit = [];
      this.#refresh();
    }, LIT_MS);
  }
}
