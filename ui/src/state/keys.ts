/**
 * Which presses are for the window at all: letters belong to whoever types them, and an open list or dialog has the
 * keyboard for itself.
 *
 * **Invariant:** decides only; the table of actions does.
 */
import { ACTIONS, type Action, type ActionId } from './actions';
import { isSingle } from './combo';
import type { Keymap } from './keymap.svelte';

export function actionOf(event: KeyboardEvent, keymap: Keymap, singleKeys: boolean): ActionId | null {
  if (event.defaultPrevented || isApart(event.target)) return null;
  // A letter within a text is no first half of anything either.
  const typed = isText(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typed && event.key.length === 1) return null;
  const pressed = keymap.pressed(event);
  if (!pressed) return null;
  const action: Action = ACTIONS[pressed.id];
  if (event.repeat && !action.repeats) return null;
  if (!singleKeys && isSingle(pressed.combo)) return null;
  return pressed.id;
}

/** Whether letters typed there are meant as letters. */
export function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)
  );
}

/** Whether it lies over the window, and the keyboard is its own. */
function isApart(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="menu"]') !== null;
}
