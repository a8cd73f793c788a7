/**
 * Keys by name: `S`, `Ctrl+K`, `F6`, and two after one another, `G B`.
 *
 * **Invariant:** one press has one name, whatever the layout of the keyboard needs to make the character.
 */
export type Combo = string;

/** The longest name that is kept. */
export const COMBO_MAX = 32;

const NAMES: Record<string, string> = {
  Escape: 'Esc',
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
};

/** Held down for another key, or half of a character: no press yet. */
const HALF = new Set([
  'Control',
  'Shift',
  'Alt',
  'AltGraph',
  'Meta',
  'CapsLock',
  'NumLock',
  'Dead',
  'Process',
  'Unidentified',
]);

/** The name of what was pressed; `null` while there is none yet. */
export function comboOf(event: KeyboardEvent): Combo | null {
  if (event.isComposing || HALF.has(event.key)) return null;
  const isCharacter = [...event.key].length === 1 && event.key !== ' ';
  const held: string[] = [];
  // AltGr makes characters; some systems tell it as Ctrl and Alt.
  if (!event.getModifierState('AltGraph')) {
    if (event.ctrlKey || event.metaKey) held.push('Ctrl');
    if (event.altKey) held.push('Alt');
  }
  // A character that needs Shift is another character already.
  if (event.shiftKey && (!isCharacter || held.length > 0)) held.push('Shift');
  return [...held, NAMES[event.key] ?? (isCharacter ? event.key.toUpperCase() : event.key)].join('+');
}

/** Whether it is bare characters, which speech and a stray hand press too (WCAG 2.1.4). */
export function isSingle(combo: Combo): boolean {
  return combo
    .split(' ')
    .every((press) => press === 'Space' || ([...press].length === 1 && !'↑↓←→'.includes(press)));
}

/** The caps to print, in the order in which they are pressed. */
export function capsOf(combo: Combo): string[] {
  return combo.split(' ').flatMap((press) => {
    const held = /^(?:(?:Ctrl|Alt|Shift)\+)*/.exec(press)?.[0] ?? '';
    return [...held.split('+').filter(Boolean), press.slice(held.length)];
  });
}

/** As `aria-keyshortcuts` wants it. */
export function spoken(combo: Combo): string {
  return combo.replaceAll('Ctrl+', 'Control+').replace(/^Esc$/, 'Escape');
}
