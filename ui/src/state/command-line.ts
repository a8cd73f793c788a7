/**
 * What a command line says so far: `/s 4312 hold`. Only its grammar; tickets and values are looked up elsewhere.
 *
 * **Invariant:** pure; what can be read in two ways is told as both.
 */
import type { Choice, FieldName, Row } from '../bridge/generated';
import { narrowed, startsOf } from './narrow';
import { text } from '../text/en';

export type VerbId = keyof typeof text.command.verbs;

/** The fields that verbs set. */
export const VERB_FIELD: Partial<Record<VerbId, FieldName>> = {
  status: 'status_id',
  assign: 'assigned_to',
  priority: 'priority_id',
  team: 'assigned_team_id',
  category: 'category_id',
  move: 'board_id',
};

export const VERBS = Object.keys(text.command.verbs) as VerbId[];

/** Stands for the ticket that lies open. */
export const THIS_TICKET = '.';

export type Reading =
  /** The verb is being typed, or it is none. */
  | { at: 'verb'; verbs: readonly VerbId[] }
  /** The ticket is being typed. */
  | { at: 'ticket'; verb: VerbId; ticket: string }
  /** The ticket is named, the value is being typed. */
  | { at: 'value'; verb: VerbId; field: FieldName; ticket: string; value: string }
  /** The words to find. */
  | { at: 'words'; words: string };

/** The verbs that a word may mean: its letter or its whole name means one, its beginning perhaps several. */
export function verbsOf(word: string): readonly VerbId[] {
  const typed = word.toLowerCase();
  const exact = VERBS.find(
    (id) => text.command.verbs[id].letter === typed || text.command.verbs[id].word === typed,
  );
  return exact ? [exact] : VERBS.filter((id) => text.command.verbs[id].word.startsWith(typed));
}

export function isCommand(line: string): boolean {
  return line.startsWith('/');
}

export function read(line: string): Reading {
  const [, word = '', gap = '', rest = ''] = /^\/(\S*)(\s*)(.*)$/s.exec(line) ?? [];
  const verbs = verbsOf(word);
  const [verb, ...others] = verbs;
  if (gap === '' || verb === undefined || others.length > 0) return { at: 'verb', verbs };
  if (verb === 'find') return { at: 'words', words: rest.trim() };
  const [, ticket = '', after = '', value = ''] = /^(\S*)(\s*)(.*)$/s.exec(rest) ?? [];
  const field = VERB_FIELD[verb];
  if (field === undefined || after === '') return { at: 'ticket', verb, ticket };
  return { at: 'value', verb, field, ticket, value: value.trim() };
}

/** What of the line is settled already, as it would be typed. */
export function write(verb: VerbId, ...words: readonly string[]): string {
  return [`/${text.command.verbs[verb].letter}`, ...words].join(' ');
}

/**
 * The one ticket that a word names: by its whole number, or by its digits where no other ticket that was found ends in
 * the same. `all` says whether these are all tickets that hold the word.
 */
export function ticketNamed(word: string, rows: readonly Row[], all: boolean): Row | null {
  const wanted = word.toUpperCase();
  const whole = rows.find((row) => row.number.toUpperCase() === wanted);
  if (whole) return whole;
  if (!all || !/^\d+$/.test(wanted)) return null;
  const [only, ...others] = rows.filter((row) => /\d+$/.exec(row.number)?.[0] === wanted);
  return others.length === 0 ? (only ?? null) : null;
}

/** What can be chosen, an empty value by its name. */
export function named(choices: readonly Choice[]): readonly Choice[] {
  return choices.map((choice) => (choice.label === '' ? { ...choice, label: text.nobody } : choice));
}

/** The one value that a word means: its whole name, or the beginning of one word of one name only. */
export function valueNamed(word: string, choices: readonly Choice[]): Choice | null {
  if (word === '') return null;
  const starts = startsOf(choices, word);
  const exact = starts.filter((choice) => choice.label.toLowerCase() === word.toLowerCase());
  const [only, ...others] = exact.length > 0 ? exact : starts;
  return others.length === 0 ? (only ?? null) : null;
}

/** The values that a word may mean. */
export function valuesFor(word: string, choices: readonly Choice[]): readonly Choice[] {
  return narrowed(choices, word);
}
