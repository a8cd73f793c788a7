/**
 * Which choices match what was typed so far.
 *
 * **Invariant:** keeps the given order; starts of words come first, and nothing typed means everything.
 */
import type { Choice } from '../../bridge/generated';

const plain = (label: string): string => label.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export function narrowed(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = plain(typed.trim());
  if (wanted === '') return choices;
  const starts: Choice[] = [];
  const others: Choice[] = [];
  for (const choice of choices) {
    const label = plain(choice.label);
    if (label.startsWith(wanted) || label.includes(` ${wanted}`)) starts.push(choice);
    else if (label.includes(wanted)) others.push(choice);
  }
  return [...starts, ...others];
}
