/**
 * Words of the catalogue as choices of a list.
 *
 * **Invariant:** keeps the catalogue's order; knows no rule.
 */
import type { Choice, Severity } from '../../bridge/generated';
import { text } from '../../text/en';

const named = (value: string | null, label: string, severity: Severity | null = null): Choice => ({
  value,
  label,
  tone: null,
  severity,
});

/** One choice per word; where `none` is given, it stands first and means nothing chosen. */
export function choicesOf(labels: Record<string, string>, none?: string): Choice[] {
  const all = Object.entries(labels).map(([value, label]) => named(value, label));
  return none === undefined ? all : [named(null, none), ...all];
}

export function severities(none?: string): Choice[] {
  const all = (Object.keys(text.severity) as Severity[]).map((severity) =>
    named(severity, text.severity[severity].word, severity),
  );
  return none === undefined ? all : [named(null, none), ...all];
}
