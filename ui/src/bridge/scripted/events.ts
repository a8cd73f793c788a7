/**
 * What the made-up program tells of domain events: a small catalogue with every kind of field, a log, and a server that is
 * strict about ids.
 *
 * **Invariant:** an event is refused or told as the server's own would be: what is missing and what is no id is named.
 */
import type {
  CatalogState,
  Command,
  EventEntry,
  EventKind,
  FieldFault,
  FormField,
  FormInput,
  SimulationFate,
  Update,
} from '../generated';
import type { Scene } from './scenes';

const TOLD_AFTER_MS = 300;
const ARRIVES_AFTER_MS = 600;
const ID = '3f2c1d70-0d5e-4c1f-9a55-6f1b7a2f9c01';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const field = (name: string, input: FormInput, part: Partial<FormField> = {}): FormField => ({
  name,
  about: null,
  required: false,
  nullable: false,
  filledByServer: false,
  input,
  example: null,
  ...part,
});
const words = (format: string | null = null): FormInput => ({ kind: 'text', format });
const id = (name: string, required = true) => field(name, words('uuid'), { required, example: ID });
const number = (whole: boolean): FormInput => ({ kind: 'number', whole, least: 0, most: null });

const FILLED = [
  field('occurredAt', words('date-time'), { filledByServer: true, example: '2026-11-21T14:00:00Z' }),
  field('actorUserId', words('uuid'), { filledByServer: true, example: ID }),
];

const ADDRESS = field('', {
  kind: 'group',
  fields: [
    field('email', words('email'), { required: true, example: 'somebody@example.com' }),
    field('name', words()),
  ],
});

/** Each with the fields that are its own. */
const KINDS: readonly [EventKind, FormField[]][] = [
  [
    kind('TICKET_APPROVAL_REQUESTED', 'Tickets', 'A ticket waits for somebody’s yes or no.', false),
    [
      id('ticketId'),
      id('approvalRequestId'),
      field('approvalType', words(), { required: true, example: 'Example' }),
      field('notes', words()),
    ],
  ],
  [
    kind('TICKET_ASSIGNED', 'Tickets', 'A ticket has a new person or team responsible for it.', true),
    [
      id('ticketId'),
      field('newAssigneeType', { kind: 'oneOf', choices: ['user', 'team'] }, { example: 'user' }),
      field('suppressContactNotifications', { kind: 'flag' }, { example: false }),
      field('changes', { kind: 'json', why: 'ownNames' }, { example: {} }),
    ],
  ],
  [
    kind('APPOINTMENT_NO_SHOW', 'Scheduling', 'Nobody came to an appointment.', false),
    [
      id('appointmentId'),
      field('minutesWaited', number(true), { required: true, example: 1 }),
      field('noteFromSite', words(), { nullable: true }),
    ],
  ],
  [
    kind('INBOUND_EMAIL_RECEIVED', 'Email processing', 'A mail came in.', false),
    [
      field(
        'from',
        { kind: 'group', fields: ADDRESS.input.kind === 'group' ? ADDRESS.input.fields : [] },
        {
          required: true,
        },
      ),
      field('to', { kind: 'list', of: { ...ADDRESS, required: true }, least: 1 }, { required: true }),
    ],
  ],
  [
    kind('INVOICE_FINALIZED', 'Billing', 'An invoice is final.', false),
    [id('invoiceId'), field('totalAmount', number(false), { required: true, example: 1 })],
  ],
];

function kind(eventType: string, domain: string, about: string, emitted: boolean): EventKind {
  const name = eventType
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join(' ');
  return { eventType, name, about, domain, emitted };
}

export class MadeEvents {
  readonly #scene: Scene;
  readonly #now: () => number;
  readonly #tell: (update: Update) => void;
  #log = new Map<string, EventEntry[]>();
  #place = 4711;

  constructor(scene: Scene, now: () => number, tell: (update: Update) => void) {
    this.#scene = scene;
    this.#now = now;
    this.#tell = tell;
  }

  /** Takes a command; false where it is about something else. */
  take(command: Command): boolean {
    switch (command.do) {
      case 'openEvents': {
        const state = this.#state();
        const kinds = state.kind === 'known' ? KINDS.map(([one]) => one) : [];
        this.#tell({ is: 'catalog', value: { state, kinds, more: 0 } });
        break;
      }
      case 'chooseEvent':
        this.#choose(command.eventType);
        break;
      case 'simulate':
        this.#simulate(command);
        break;
      case 'readEventLog':
      case 'closeEvents':
        break;
      default:
        return false;
    }
    return true;
  }

  #state(): CatalogState {
    const { name, link } = this.#scene;
    if (name === 'loading') return { kind: 'loading' };
    if (link.reach === 'signedOut') return { kind: 'signedOut' };
    return { kind: link.reach === 'down' ? 'offline' : 'known' };
  }

  #choose(eventType: string): void {
    const known = KINDS.find(([one]) => one.eventType === eventType);
    if (!known) return;
    const root = field('', { kind: 'group', fields: [...known[1], ...FILLED] }, { required: true });
    this.#tell({ is: 'eventForm', value: { eventType, root } });
    if (!this.#log.has(eventType)) {
      const payload = { ticketId: ID, tenantId: 'demo' };
      this.#log.set(eventType, known[0].emitted ? [this.#entry(payload, false, this.#now() - 90_000)] : []);
    }
    this.#tellLog(eventType);
  }

  #tellLog(eventType: string): void {
    const events = this.#log.get(eventType) ?? [];
    this.#tell({ is: 'eventLog', value: { eventType, state: this.#state(), events } });
  }

  #entry(payload: Record<string, unknown>, simulated: boolean, at: number): EventEntry {
    this.#place += 1;
    return {
      place: this.#place,
      event: `8d4c0e2a-5f0b-4f5e-9d35-${String(this.#place).padStart(12, '0')}`,
      at,
      simulated,
      actor: simulated ? 'Nora Berg' : 'Lee Okafor',
      idempotencyKey: null,
      payload: JSON.stringify(payload, null, 2),
    };
  }

  #simulate({ attempt, eventType, payload }: Extract<Command, { do: 'simulate' }>): void {
    const tell = (fate: SimulationFate) =>
      this.#tell({ is: 'simulation', value: { attempt, eventType, fate } });
    if (this.#state().kind !== 'known') {
      const why = this.#state().kind === 'signedOut' ? 'signedOut' : 'offline';
      tell({ kind: 'notSent', why });
      return;
    }
    tell({ kind: 'sending' });
    const fields = KINDS.find(([one]) => one.eventType === eventType)?.[1] ?? [];
    const faults = faultsOf(fields, payload, []);
    setTimeout(() => {
      if (faults.length > 0) {
        tell({ kind: 'refused', reason: 'Validation failed', faults });
        return;
      }
      const entry = this.#entry({ tenantId: 'demo', ...payload }, true, this.#now());
      tell({ kind: 'told', event: entry.event });
      setTimeout(() => {
        this.#log.set(eventType, [entry, ...(this.#log.get(eventType) ?? [])]);
        this.#tellLog(eventType);
        tell({ kind: 'arrived', event: entry.event, at: entry.at, simulated: true });
      }, ARRIVES_AFTER_MS);
    }, TOLD_AFTER_MS);
  }
}

function faultsOf(
  fields: readonly FormField[],
  given: Record<string, unknown>,
  around: string[],
): FieldFault[] {
  return fields.flatMap(({ name, required, input }): FieldFault[] => {
    const path = [...around, name];
    const value = given[name];
    if (value === undefined) return required ? [{ path, message: `"${name}" is a required property` }] : [];
    if (input.kind === 'group') return faultsOf(input.fields, value as Record<string, unknown>, path);
    if (input.kind === 'text' && input.format === 'uuid' && !UUID.test(String(value)))
      return [{ path, message: 'value is not a "uuid"' }];
    return [];
  });
}
