/**
 * The words of what is planned for a ticket.
 *
 * **Invariant:** words only; a part of the one catalogue in `en.ts`.
 */
import type { PlanBanner, PlanField, PlanTime, PlanTrouble } from '../bridge/generated';
import { dayWithName, moment, number, timeOfDay } from './time';

const FIELDS: Record<PlanField, string> = {
  title: 'Title',
  start: 'Starts',
  end: 'Ends',
  status: 'Status',
  people: 'Who',
  notes: 'Notes',
};

const TIMES: Record<PlanTime, string> = {
  ahead: 'ahead',
  now: 'now',
  overdue: 'overdue',
  past: 'over',
};

/** Why nothing came of it; what is wrong with single fields stands at these. */
function trouble(why: PlanTrouble): string {
  switch (why.kind) {
    case 'offline':
      return 'Not saved: the server does not answer. What you typed stays here. A plan is not queued, because somebody else may take the time meanwhile: save it when the server answers.';
    case 'signedOut':
      return 'Not saved: you are not signed in. What you typed stays here.';
    case 'unknown':
      return 'No answer came, so it is not known whether that was done. Once more is safe: it is done once.';
    case 'notKept':
      return `Not saved, because the disk did not keep it first: ${why.reason}. Make room, then save again.`;
    case 'refused':
      return `Not saved: ${why.reason}`;
    case 'faults':
      return 'Not saved: look at the fields that are marked.';
  }
}

function banner(of: PlanBanner, now: number): { head: string; more: string } {
  if (of.kind === 'gone')
    return {
      head: 'This plan was deleted, or you may no longer see it',
      more: 'What you typed is still here. Keep it as a new plan, or discard it.',
    };
  return {
    head: `${of.by} changed this plan ${moment(of.at, now)}`,
    more: 'Nothing of yours is saved over it until you decide.',
  };
}

export const plans = {
  label: 'Planned work',
  loading: 'Fetching what is planned',
  waiting: 'What is planned is fetched when the server answers.',
  notYours: 'Your role does not see the schedule.',
  notSaid:
    'This server does not say what is planned for a ticket in a way that could be changed safely: it counts no versions, so somebody’s plan could be overwritten unseen.',
  refused: (reason: string) => `The server does not say what is planned: ${reason}`,
  empty: 'Nothing is planned.',
  more: (shown: number) => `Only the latest ${number(shown)} are shown.`,
  asOf: (at: string) => `As of ${at}`,
  add: 'Plan work',
  full: 'Close one of the open forms first',
  edit: (title: string) => `Change “${title}”`,
  change: 'Change',
  remove: 'Delete',
  removeOf: (title: string) => `Delete “${title}”`,
  sure: 'Delete for good?',
  going: 'Deleting…',
  overtaken: (by: string, at: string) =>
    `Not deleted: ${by} changed it ${at}. This is how it stands now; delete it again if you still want to.`,
  private: 'private',
  nobody: 'Nobody',
  time: TIMES,
  /** From when until when, by the person's own clock. */
  range: (start: number, end: number) =>
    new Date(start).toDateString() === new Date(end).toDateString()
      ? `${dayWithName(start)} ${timeOfDay(start)}–${timeOfDay(end)}`
      : `${dayWithName(start)} ${timeOfDay(start)} – ${dayWithName(end)} ${timeOfDay(end)}`,
  form: {
    label: (title: string | null) => (title === null ? 'A new plan' : `Plan “${title}”`),
    fields: FIELDS,
    day: 'Day',
    time: 'Time',
    dayHint: 'YYYY-MM-DD',
    timeHint: 'HH:MM',
    part: (field: 'start' | 'end', part: string) => `${FIELDS[field]}, ${part.toLowerCase()}`,
    noTime: 'This is no day and time. Write them like 2026-11-24 and 09:30.',
    addPerson: 'Add somebody',
    removePerson: (name: string) => `Not ${name}`,
    notesHint: 'What else there is to know…',
    save: 'Save',
    saveOver: 'Save over it',
    saveAgain: 'Save again',
    saving: 'Saving…',
    close: 'Close',
    discard: 'Discard',
    sure: 'Discard for good?',
    kept: 'Draft kept',
    offline:
      'The server does not answer. What you type is kept on this machine; a plan is not queued, so save it when the server is back.',
    unknown:
      'No answer came to the last save, so it is not known whether it was saved. Save asks again for the very same; it is saved once.',
    over: (by: string, at: string) => `Saving replaces the version of ${by}, ${at}.`,
    undo: 'Bring back what I typed',
    dropped: 'Theirs took the place of what you typed.',
    trouble,
  },
  banner: {
    words: banner,
    reload: 'Reload latest',
    dismiss: 'Dismiss',
    keepAsNew: 'Keep as a new plan',
    announce: 'A plan that you are changing was changed by somebody else',
  },
};
