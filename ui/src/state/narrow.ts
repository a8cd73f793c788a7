/**
 * Which choices match what was typed so far.
 *
 * **Invariant:** keeps the given order; starts of words come first, and nothing typed means everything.
 */
import type { Choice } from '../bridge/generated';

const plain = (label: string): string => label.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether a text, or a word in it, begins with what was typed. */
export function begins(label: string, typed: string): boolean {
  const [words, wanted] = [plain(label), plain(typed.trim())];
  return words.startsWith(wanted) || words.includes(` ${wanted}`);
}

/** Those of which a word begins so. */
export function startsOf(choices: readonly Choice[], typed: string): readonly Choice[] {
  return choices.filter((choice) => begins(choice.label, typed));
}

export function narrowed(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = plain(typed.trim());
  if (wanted === '') return choices;
  const starts: Choice[] = [];
  const others: Choice[] = [];
  for (const choice of choices) {
    if (begins(choice.label, typed)) starts.push(choice);
    else if (plain(choice.label).includes(wanted)) others.push(choice);
  }
  return [...starts, ...others];
}
