/**
 * Which key means what, wherever the focus is (peers: single keys act outside of text only).
 *
 * **Invariant:** decides only; the window does.
 */
import type { FieldName } from '../bridge/generated';

export type Action =
  | { kind: 'step'; by: 1 | -1 }
  | { kind: 'pick'; field: FieldName }
  | { kind: 'search' }
  | { kind: 'close' }
  | { kind: 'keepYours' }
  | { kind: 'takeTheirs' };

const SINGLE: Record<string, Action> = {
  j: { kind: 'step', by: 1 },
  k: { kind: 'step', by: -1 },
  s: { kind: 'pick', field: 'status_id' },
  p: { kind: 'pick', field: 'priority_id' },
  a: { kind: 'pick', field: 'assigned_to' },
  y: { kind: 'keepYours' },
  t: { kind: 'takeTheirs' },
  '/': { kind: 'search' },
};

/** The keys printed on the controls that they press. */
export const FIELD_KEY: Partial<Record<FieldName, string>> = {
  status_id: 'S',
  priority_id: 'P',
  assigned_to: 'A',
};

export function actionOf(event: KeyboardEvent, singleKeys: boolean): Action | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
    return null;
  if (event.key === 'Escape') return { kind: 'close' };
  if (!singleKeys || (event.repeat === true && !'jk'.includes(event.key)) || isText(event.target))
    return null;
  return SINGLE[event.key.toLowerCase()] ?? null;
}

/** Whether letters typed there are meant as letters. */
export function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)
  );
}
