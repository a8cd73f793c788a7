/**
 * What the made-up program tells of alerts: the record of what happened, the settings, and what would have rung.
 *
 * **Invariant:** a stand-in: the answers are believable, the real rules are the program's.
 */
import type {
  ActivityEntry,
  ActivityFilter,
  AlertKind,
  AlertRule,
  AlertSettings,
  Command,
  Pause,
  Reason,
  Relation,
  SoundClass,
  ToastLevel,
  Update,
  Verdict,
} from '../generated';
import { PEOPLE } from './people';
import type { Made } from './tickets';

const MINUTE = 60_000;
const ENTRIES = 140;

const rule = (
  kind: AlertKind,
  relation: Relation | null,
  toast: ToastLevel,
  sound: SoundClass | null = null,
  badge = false,
): AlertRule => ({
  kind,
  relation,
  atLeast: null,
  looking: toast === 'quiet' ? 'notAtTicket' : 'anywhere',
  response: { toast, sound, badge, attention: toast === 'urgent', repeats: sound === 'critical' },
});

const DEFAULTS: AlertSettings = {
  rules: [
    rule('newTicket', 'unassigned', 'normal', 'new', true),
    rule('assignedToMe', null, 'normal', 'mine', true),
    rule('assignedToTeam', null, 'quiet'),
    rule('statusChanged', 'mine', 'quiet'),
    rule('statusChanged', 'watched', 'quiet'),
    rule('customerReplied', 'mine', 'normal', 'mine', true),
    rule('slaWarning', 'mine', 'normal', 'sla', true),
    rule('slaBreached', null, 'urgent', 'critical', true),
    rule('conflict', null, 'urgent', 'mine', true),
    rule('editRefused', null, 'normal', null, true),
    rule('linkLost', null, 'quiet'),
  ],
  quiet: null,
  criticalPasses: true,
  followDoNotDisturb: true,
  warnMinutes: 15,
  teams: [],
  watched: [],
};

const KINDS: AlertKind[] = [
  'statusChanged',
  'customerReplied',
  'newTicket',
  'fieldsChanged',
  'slaWarning',
  'conflict',
  'colleagueCommented',
  'slaBreached',
  'linkBack',
  'linkLost',
  'editRefused',
];

const REASONS: Reason[] = [
  { kind: 'rule' },
  { kind: 'gathered', others: 3 },
  { kind: 'lookingAtIt' },
  { kind: 'quietHours', until: 420 },
  { kind: 'yourOwn' },
  { kind: 'inSummary' },
];

const silent = (reason: Reason): Verdict => ({
  toast: 'none',
  sound: null,
  badge: false,
  attention: false,
  repeats: false,
  reason,
});

export class MadeRecord {
  readonly #now: () => number;
  readonly #tell: (update: Update) => void;
  readonly #entries: ActivityEntry[];
  readonly #isSilent: boolean;
  #settings = DEFAULTS;
  #pause: Pause | null = null;
  #isRead = false;
  #rev = 0;

  constructor(
    tickets: readonly Made[],
    isSilent: boolean,
    now: () => number,
    tell: (update: Update) => void,
  ) {
    this.#now = now;
    this.#tell = tell;
    this.#isSilent = isSilent;
    this.#entries = Array.from({ length: tickets.length === 0 ? 0 : ENTRIES }, (_, place) =>
      entry(ENTRIES - place, tickets[(place * 5) % 23], now() - place * 4 * MINUTE),
    );
  }

  /** Takes a command; false where it is about something else. */
  take(command: Command): boolean {
    switch (command.do) {
      case 'openActivity':
        if (!this.#isSilent) this.#page(command.filter, command.before, command.count);
        return true;
      case 'closeActivity':
      case 'markRead':
      case 'watch':
        return true;
      case 'readAlerts':
        this.#isRead = true;
        break;
      case 'setAlerts':
        this.#settings = command.settings;
        break;
      case 'pauseAlerts': {
        const { pause } = command;
        if (pause.kind === 'over') this.#pause = null;
        else if (pause.kind === 'minutes') this.#pause = { until: this.#now() + pause.minutes * MINUTE };
        else this.#pause = { until: pause.kind === 'until' ? pause.at : null };
        break;
      }
      case 'tryAlert': {
        const found = this.#settings.rules.find(({ kind }) => kind === command.fact.kind);
        const isOwn = command.fact.whose === 'own';
        const verdict: Verdict =
          found && !isOwn
            ? { ...found.response, reason: { kind: 'rule' } }
            : silent({ kind: isOwn ? 'yourOwn' : 'noRule' });
        this.#tell({ is: 'tried', value: verdict });
        return true;
      }
      default:
        return false;
    }
    const view = { settings: this.#settings, defaults: DEFAULTS, pause: this.#pause, notKept: null };
    if (this.#isRead && !this.#isSilent) this.#tell({ is: 'alerts', value: view });
    return true;
  }

  #page(filter: ActivityFilter, before: number | null, count: number): void {
    const calls = ({ verdict }: ActivityEntry) => verdict.toast !== 'none' || verdict.sound !== null;
    const all = this.#entries.filter(
      (one) =>
        (filter.ticket === null || one.about?.ticket === filter.ticket) &&
        (filter.kind === null || one.kind === filter.kind) &&
        (filter.told === 'all' || calls(one) === (filter.told === 'called')),
    );
    const entries = all.filter(({ number }) => before === null || number < before).slice(0, count);
    this.#rev += 1;
    this.#tell({
      is: 'activity',
      value: { rev: this.#rev, change: { kind: 'reset', total: all.length, entries } },
    });
  }
}

const DETAILS: Partial<Record<AlertKind, string>> = {
  statusChanged: 'Scheduled',
  priorityChanged: 'P2 High',
  reassigned: 'Lee Okafor',
  slaWarning: '15 minutes',
};

function entry(number: number, made: Made | undefined, at: number): ActivityEntry {
  const kind = KINDS[number % KINDS.length] ?? 'newTicket';
  const reason = REASONS[number % REASONS.length] ?? { kind: 'rule' };
  const isOfTicket = !kind.startsWith('link');
  const who = PEOPLE[number % PEOPLE.length]?.name ?? null;
  const calls = reason.kind === 'rule' || reason.kind === 'gathered';
  const response = DEFAULTS.rules.find((one) => one.kind === kind)?.response;
  return {
    number,
    at,
    kind,
    about:
      isOfTicket && made ? { ticket: made.id, number: made.number, title: made.values.title.label } : null,
    who: isOfTicket && !kind.startsWith('sla') ? who : null,
    fields: kind === 'fieldsChanged' ? ['location_id', 'contact_name_id'] : [],
    detail: DETAILS[kind] ?? null,
    severity: 'normal',
    verdict: calls && response ? { ...response, reason } : silent(calls ? { kind: 'noRule' } : reason),
  };
}
