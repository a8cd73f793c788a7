/**
 * What the person chose about alerts, and the answer to "would this have rung?".
 *
 * **Invariant:** what is shown is what the program said; a change is asked for and shown when it is told.
 */
import type {
  AlertFact,
  AlertKind,
  AlertRule,
  AlertSettings,
  AlertsView,
  Command,
  Looking,
  Verdict,
  WhenLooking,
} from '../bridge/generated';

/** Something made up to be asked about. */
export interface Question {
  fact: AlertFact;
  looking: Looking;
  /** The minute of the day; `null`: now. */
  minute: number | null;
}

const QUESTION: Question = {
  fact: { kind: 'newTicket', relations: ['unassigned'], severity: 'normal', whose: 'others' },
  looking: 'elsewhere',
  minute: null,
};

/** A place to look at in which a rule may speak. */
const LOOKS: Record<WhenLooking, Looking> = {
  anywhere: 'elsewhere',
  notAtTicket: 'atProgram',
  notAtProgram: 'elsewhere',
};

/** These are nobody's doing. */
const BY_ITSELF: readonly AlertKind[] = ['slaWarning', 'slaBreached', 'signInNeeded', 'linkLost', 'linkBack'];

export const NEW_RULE: AlertRule = {
  kind: 'newTicket',
  relation: null,
  atLeast: null,
  looking: 'anywhere',
  response: { toast: 'normal', sound: null, badge: true, attention: false, repeats: false },
};

export class AlertsState {
  view = $state.raw<AlertsView | null>(null);
  question = $state.raw<Question>(QUESTION);
  verdict = $state.raw<Verdict | null>(null);

  readonly #send: (command: Command) => void;

  constructor(send: (command: Command) => void) {
    this.#send = send;
  }

  read(): void {
    this.#send({ do: 'readAlerts' });
  }

  choose(part: Partial<AlertSettings>): void {
    if (this.view) this.#send({ do: 'setAlerts', settings: { ...this.view.settings, ...part } });
  }

  isWatched(ticket: string): boolean {
    return this.view?.settings.watched.includes(ticket) ?? false;
  }

  watch(ticket: string, on: boolean): void {
    this.#send({ do: 'watch', ticket, on });
  }

  /** Puts another rule in the place of one; `null` takes it out. */
  changeRule(at: number, rule: AlertRule | null): void {
    const rules = [...(this.view?.settings.rules ?? [])];
    rules.splice(at, 1, ...(rule === null ? [] : [rule]));
    this.choose({ rules });
  }

  addRule(at: number): void {
    const rules = [...(this.view?.settings.rules ?? [])];
    rules.splice(at, 0, NEW_RULE);
    this.choose({ rules });
  }

  /** Moves a rule up or down: the first that holds decides. False where there is no further. */
  moveRule(at: number, by: 1 | -1): boolean {
    const rules = [...(this.view?.settings.rules ?? [])];
    const [rule] = rules.slice(at, at + 1);
    if (!rule || at + by < 0 || at + by >= rules.length) return false;
    rules.splice(at, 1);
    rules.splice(at + by, 0, rule);
    this.choose({ rules });
    return true;
  }

  /** Makes up something that a rule is about, and asks. */
  tryRule(rule: AlertRule): void {
    this.ask({
      fact: {
        kind: rule.kind,
        relations: rule.relation === null ? [] : [rule.relation],
        severity: rule.atLeast ?? 'normal',
        whose: BY_ITSELF.includes(rule.kind) ? 'nobodys' : 'others',
      },
      looking: LOOKS[rule.looking],
      minute: null,
    });
  }

  ask(question: Question): void {
    this.question = question;
    this.verdict = null;
    this.#send({ do: 'tryAlert', ...question });
  }
}
