/**
 * The words about what happened, what calls the person, and how the program stands.
 *
 * **Invariant:** words only; a part of the one catalogue in `en.ts`.
 */
import type {
  ActivityEntry,
  AlertKind,
  LinkView,
  Looking,
  Reason,
  Relation,
  Response,
  SoundClass,
  ToastLevel,
  ToldFilter,
  WhenLooking,
  Whose,
} from '../bridge/generated';
import { FIELDS } from './fields';
import { number, percent, timeOfDay, timeOfMinute } from './time';

const KINDS: Record<AlertKind, string> = {
  newTicket: 'New ticket',
  assignedToMe: 'Assigned to you',
  assignedToTeam: 'Assigned to your team',
  takenFromMe: 'Taken from you',
  reassigned: 'Reassigned',
  statusChanged: 'Status changed',
  priorityChanged: 'Priority changed',
  fieldsChanged: 'Fields changed',
  customerReplied: 'Customer replied',
  colleagueCommented: 'Colleague commented',
  slaWarning: 'Target is close',
  slaBreached: 'Target is past',
  conflict: 'Conflict needs you',
  editRefused: 'Edit refused',
  signInNeeded: 'Sign-in needed',
  linkLost: 'Link lost',
  linkBack: 'Link is back',
};

const TOASTS: Record<ToastLevel, string> = {
  none: 'No toast',
  quiet: 'Quiet toast',
  normal: 'Toast',
  urgent: 'Urgent toast',
};

const SOUNDS: Record<SoundClass, string> = { new: 'New', mine: 'Mine', sla: 'Target', critical: 'Critical' };

function reason(why: Reason): string {
  switch (why.kind) {
    case 'rule':
      return 'a rule says so';
    case 'noRule':
      return 'no rule speaks of it';
    case 'yourOwn':
      return 'your own doing';
    case 'lookingAtIt':
      return 'you were looking at it';
    case 'lookingHere':
      return 'only while you look elsewhere';
    case 'quietHours':
      return `quiet hours until ${timeOfMinute(why.until)}`;
    case 'paused':
      return why.until === null ? 'alerts paused' : `alerts paused until ${timeOfDay(why.until)}`;
    case 'doNotDisturb':
      return 'the machine is not to disturb';
    case 'gathered':
      return why.others === 1 ? 'gathered with 1 other' : `gathered with ${number(why.others)} others`;
    case 'inSummary':
      return 'too many at once: in the summary';
    case 'whileAway':
      return 'while away: in the one summary';
    case 'readFirst':
      return 'read or settled first';
    case 'ended':
      return 'the program ended first';
  }
}

function deeds(verdict: Response): string[] {
  return [
    ...(verdict.toast === 'none' ? [] : [TOASTS[verdict.toast]]),
    ...(verdict.sound === null
      ? []
      : [`Sound “${SOUNDS[verdict.sound]}”${verdict.repeats ? ', repeating' : ''}`]),
    ...(verdict.badge ? ['Unread'] : []),
    ...(verdict.attention ? ['Window asks'] : []),
  ];
}

export const alerts = {
  kind: KINDS,
  toast: TOASTS,
  sound: SOUNDS,
  noSound: 'No sound',
  reason,
  deeds,
  held: 'Nothing',
};

export const activity = {
  label: 'Activity',
  sentence: 'What happened, and what was done about it.',
  told: { all: 'All', called: 'Called you', silent: 'Held back' } satisfies Record<ToldFilter, string>,
  toldLabel: 'What was done',
  kindLabel: 'Event',
  everyKind: 'All',
  thisTicket: 'This ticket only',
  everyTicket: 'All tickets',
  what: (entry: ActivityEntry) =>
    entry.kind === 'fieldsChanged'
      ? entry.fields.map((field) => FIELDS[field]).join(', ')
      : (entry.detail ?? ''),
  total: (count: number) => (count === 1 ? '1 entry' : `${number(count)} entries`),
  older: 'Older',
  newest: 'Newest',
  read: 'Mark all read',
  unread: (count: number) => (count === 0 ? 'nothing unread' : `${number(count)} unread`),
  program: 'The program',
  emptyHead: 'Nothing has happened yet',
  empty: 'Changes by others, replies, targets and the link are written down here as they come, for 30 days.',
  noMatchHead: 'Nothing of that kind',
  noMatch: 'Show all events again to see what else happened.',
  everything: 'Show all',
  loading: 'Fetching what happened',
};

/** A sentence about something that happened on a ticket: who, what they did, what it became. */
export function happened(entry: ActivityEntry): { who: string | null; did: string; what: string | null } {
  const isOwn = entry.verdict.reason.kind === 'yourOwn';
  const who = isOwn ? 'You' : (entry.who ?? 'Somebody');
  const { detail: what } = entry;
  switch (entry.kind) {
    case 'statusChanged':
      return { who, did: what === null ? 'took the status away' : 'set the status to', what };
    case 'priorityChanged':
      return { who, did: what === null ? 'took the priority away' : 'set the priority to', what };
    case 'reassigned':
    case 'takenFromMe':
      return { who, did: what === null ? 'left it to nobody' : 'assigned it to', what };
    case 'assignedToMe':
      return { who, did: 'assigned it to', what: 'you' };
    case 'assignedToTeam':
      return { who, did: what === null ? 'assigned it to your team' : 'assigned it to the team', what };
    case 'fieldsChanged':
      return { who, did: 'changed', what: entry.fields.map((field) => FIELDS[field]).join(', ') };
    case 'newTicket':
      return { who: entry.who, did: entry.who === null ? 'Opened' : 'opened it', what: null };
    case 'conflict':
      return { who, did: 'changed what you were changing', what: null };
    case 'editRefused':
      return { who: null, did: 'A change of yours was refused.', what };
    case 'slaWarning':
      return { who: null, did: what === null ? KINDS.slaWarning : 'Due in', what };
    default:
      return { who: null, did: KINDS[entry.kind], what: null };
  }
}

const RELATIONS: Record<Relation, string> = {
  mine: 'Mine',
  myTeam: 'My team’s',
  unassigned: 'Nobody’s',
  watched: 'Watched',
  other: 'Other',
};

export const settings = {
  label: 'Settings',
  loading: 'Fetching what is chosen',
  sections: {
    alerts: 'Alerts',
    ask: 'Would this have rung?',
    quiet: 'Quiet time',
    presence: 'Presence',
    offline: 'Conflicts and offline',
    look: 'Look and keyboard',
    machine: 'Window, start and sound',
    account: 'Account',
    diagnostics: 'Diagnostics',
    events: 'Events',
  },
  notKept: (why: string) => `Holds only until the program ends: it could not be written to disk. ${why}`,
  rules: {
    label: 'Alert rules',
    sentence: 'From the top down, the first that fits decides. What no rule speaks of is only written down.',
    kind: 'When',
    relation: 'Whose ticket',
    relations: RELATIONS,
    anyRelation: 'Any',
    severity: 'From',
    anySeverity: 'Any',
    looking: 'While you look',
    lookings: {
      anywhere: 'anywhere',
      notAtTicket: 'not at the ticket',
      notAtProgram: 'not at Callboard',
    } satisfies Record<WhenLooking, string>,
    then: 'Then',
    toast: 'Toast',
    sound: 'Sound',
    badge: 'Counts as unread',
    attention: 'Window asks to be looked at',
    repeats: 'Sound repeats until read',
    edit: 'This rule',
    none: 'Choose a rule to change it.',
    test: 'Test',
    up: 'Up',
    down: 'Down',
    add: 'Add rule',
    remove: 'Remove',
    reset: 'All as delivered',
    emptyHead: 'No rules',
    empty: 'Nothing calls you. Add a rule, or take those that came with Callboard.',
    silent: 'only written down',
  },
  ask: {
    sentence: 'Makes something up and says what would come of it. Nothing rings.',
    severity: 'Severity',
    whose: 'Done by',
    whoses: { own: 'You', others: 'Somebody else', nobodys: 'Nobody: a clock, a link' } satisfies Record<
      Whose,
      string
    >,
    looking: 'You look',
    lookings: {
      atTicket: 'at the ticket',
      atProgram: 'at Callboard',
      elsewhere: 'elsewhere',
    } satisfies Record<Looking, string>,
    minute: 'At',
    now: 'now',
    ask: 'Ask',
    because: (why: string) => `Because: ${why}.`,
  },
  quiet: {
    hours: 'Quiet hours every day',
    from: 'From',
    to: 'to',
    bad: 'Write a time of day like 22:00.',
    critical: 'Critical tickets call all the same',
    follow: 'Follow the machine’s do-not-disturb',
    warn: 'Warn before a target, in minutes',
    badWarn: 'A whole number from 1 to 1440.',
    pause: 'Pause all alerts',
    minutes: (count: number) => `${count} min`,
    open: 'Until I end it',
    over: 'End the pause',
    running: (until: string | null) => (until === null ? 'Paused until you end it' : `Paused until ${until}`),
    notPaused: 'Alerts are on',
  },
  presence: {
    quietly: 'View quietly',
    quietlyWhy: 'Nobody is told where you are or what you edit. You still see others.',
  },
  offline: {
    poll: 'Ask every 30 s while live updates are down',
    pollWhy: 'For networks that let no WebSocket through. Values come late, saving works as always.',
    how: 'When two change the same field, you are asked with both values; nothing is overwritten silently. Edits without a network are kept on this machine, compared when it is back, and sent oldest first.',
  },
  look: {
    theme: 'Theme',
    themes: { dark: 'Dark', light: 'Light' },
    density: 'Row height',
    densities: { compact: 'Compact', normal: 'Normal', comfortable: 'Comfortable' },
    singleKeys: 'Single-key shortcuts',
    singleKeysWhy: 'Off: letters never act by themselves; arrows, Enter and Ctrl keys still do.',
  },
  machine: {
    closing: 'Closing the window leaves Callboard running',
    closingWhy:
      'Its icon in the panel brings the window back. Where the panel shows no icons, closing ends it.',
    autostart: 'Start when I sign in to this machine',
    unseen: 'Start without a window then',
    unseenWhy: 'Only the icon in the panel shows.',
    zoom: 'Size of everything',
    zoomNow: (zoom: number) => `${percent(zoom)}, back to the actual size`,
    volume: 'Sounds',
    volumes: { 0: 'Off', 30: 'Quiet', 70: 'Normal', 100: 'Loud' },
    hear: 'Hear them:',
    log: (folder: string) => `Callboard writes what it does, without the words of tickets, to ${folder}`,
    notKept: (why: string) => `That is not kept on this machine. ${why}`,
  },
  account: {
    nobody: 'Nobody is signed in',
    signOut: 'Sign out',
    signOutWhy: 'Erases from this machine everything it keeps of this account.',
    force: 'Sign out and lose what was not sent',
    other: 'Use another account…',
  },
  diagnostics: {
    live: 'Live updates',
    lives: {
      live: 'connected',
      connecting: 'connecting',
      reconnecting: 'reconnecting',
      unavailable: 'given up',
    } satisfies Record<LinkView['live'], string>,
    since: (at: string) => `since ${at}`,
    reach: 'Server',
    reaches: {
      up: 'answers',
      down: 'does not answer',
      unknown: 'not asked yet',
      signedOut: 'does not accept the key',
    } satisfies Record<LinkView['reach'], string>,
    lag: 'Lag',
    offset: 'Server clock',
    offsetOf: (ms: number) => `${ms >= 0 ? '+' : '−'}${number(Math.abs(ms))} ms`,
    support: 'Server kind',
    supports: {
      full: 'counts versions',
      bestEffort: 'best effort: counts no versions',
      unknown: 'not known yet',
    } satisfies Record<LinkView['support'], string>,
    saving: 'Disk',
    savings: {
      safe: 'takes everything',
      full: 'full: nothing typed is kept',
      failing: 'broken: nothing typed is kept',
    } satisfies Record<LinkView['saving'], string>,
    rooms: 'Rooms',
    queued: 'Queued',
    needsYou: 'Need you',
    unread: 'Unread',
    tickets: 'Open tickets',
    retry: 'Try the link again',
    unknown: 'not known',
  },
};
