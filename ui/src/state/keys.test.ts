import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS, ACTION_IDS, type Action, type ActionId } from './actions';
import { capsOf, comboOf, isSingle } from './combo';
import { Keymap, mayBeGiven } from './keymap.svelte';
import { actionOf } from './keys';

let keymap: Keymap;

function press(key: string, on: HTMLElement = document.body, init: KeyboardEventInit = {}, single = true) {
  let action: ActionId | null = null;
  const listen = (event: KeyboardEvent) => (action = actionOf(event, keymap, single));
  document.body.append(on === document.body ? '' : on);
  window.addEventListener('keydown', listen, { once: true });
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
  return action as ActionId | null;
}

beforeEach(() => {
  localStorage.clear();
  keymap = new Keymap(localStorage);
});

describe('the name of a press', () => {
  it.each([
    ['k', { ctrlKey: true }, 'Ctrl+K'],
    ['K', { ctrlKey: true, shiftKey: true }, 'Ctrl+Shift+K'],
    ['?', { shiftKey: true }, '?'],
    ['/', { shiftKey: true }, '/'],
    ['J', { shiftKey: true }, 'J'],
    ['F6', { shiftKey: true }, 'Shift+F6'],
    [' ', {}, 'Space'],
    ['Escape', {}, 'Esc'],
    ['+', { ctrlKey: true }, 'Ctrl++'],
    ['k', { metaKey: true }, 'Ctrl+K'],
  ])('%s with %o is %s', (key, init, combo) =>
    expect(comboOf(new KeyboardEvent('keydown', { key, ...init }))).toBe(combo),
  );

  it.each(['Shift', 'Control', 'Dead', 'AltGraph'])('%s alone is none', (key) =>
    expect(comboOf(new KeyboardEvent('keydown', { key }))).toBeNull(),
  );

  it('is printed cap by cap', () => {
    expect(capsOf('Ctrl+Shift+O')).toEqual(['Ctrl', 'Shift', 'O']);
    expect(capsOf('Ctrl++')).toEqual(['Ctrl', '+']);
    expect(capsOf('G B')).toEqual(['G', 'B']);
  });

  it('says which are bare characters (WCAG 2.1.4)', () => {
    expect(['S', '/', '?', 'G B', 'Space'].map(isSingle)).toEqual([true, true, true, true, true]);
    expect(['Ctrl+K', 'F1', 'Esc', 'Enter', '↑'].map(isSingle)).toEqual([false, false, false, false, false]);
  });
});

describe('keys that work everywhere', () => {
  it.each([
    ['j', 'next'],
    ['K', 'previous'],
    ['s', 'status'],
    ['p', 'priority'],
    ['a', 'assignee'],
    ['/', 'commandLine'],
    ['?', 'shortcuts'],
    ['F1', 'shortcuts'],
    ['y', 'keepYours'],
    ['t', 'takeTheirs'],
    ['Escape', 'close'],
  ])('%s', (key, action) => expect(press(key)).toBe(action));

  it('leaves letters to whoever types them, and hears combinations there', () => {
    expect(press('y', document.createElement('input'))).toBeNull();
    expect(press('t', document.createElement('textarea'))).toBeNull();
    expect(press('k', document.createElement('input'), { ctrlKey: true })).toBe('palette');
  });

  it('leaves other combinations to the system', () => {
    expect(press('s', document.body, { ctrlKey: true })).toBeNull();
    expect(press('a', document.body, { metaKey: true })).toBeNull();
  });

  it('leaves the keyboard to what lies over the window', () => {
    const dialog = document.createElement('div');
    dialog.setAttribute('role', 'dialog');
    expect(press('j', dialog)).toBeNull();
    expect(press('k', dialog, { ctrlKey: true })).toBeNull();
  });

  it('decides once, however long a key is held', () => {
    expect(press('y', document.body, { repeat: true })).toBeNull();
    expect(press('j', document.body, { repeat: true })).toBe('next');
  });

  it('can be switched off, all but those that no speech and no stray hand presses (WCAG 2.1.4)', () => {
    expect(press('s', document.body, {}, false)).toBeNull();
    expect(press('?', document.body, {}, false)).toBeNull();
    expect(press('F1', document.body, {}, false)).toBe('shortcuts');
    expect(press('Escape', document.body, {}, false)).toBe('close');
    expect(press('k', document.body, { ctrlKey: true }, false)).toBe('palette');
  });

  it('hears two keys after one another, and not across another one', () => {
    expect(press('g')).toBeNull();
    expect(press('b')).toBe('board');
    expect(press('b')).toBeNull();
    press('g');
    expect(press('j')).toBe('next');
    expect(press('b')).toBeNull();
  });
});

describe('the table of actions', () => {
  it('gives no key to two of them', () => {
    const keys = ACTION_IDS.flatMap((id) => {
      const { key, also }: Action = ACTIONS[id];
      return [key, also].filter((combo) => combo !== undefined);
    });
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys)
      expect(
        keys.some((other) => other.startsWith(`${key} `)),
        key,
      ).toBe(false);
  });
});

describe('keys of one’s own', () => {
  it('take the place of the table’s, and are kept', () => {
    expect(keymap.give('status', 'X')).toBeNull();
    expect(press('x')).toBe('status');
    expect(press('s')).toBeNull();
    keymap = new Keymap(localStorage);
    expect(keymap.keyOf('status')).toBe('X');
    keymap.reset('status');
    expect(press('s')).toBe('status');
    expect(localStorage.getItem('keys')).toBeNull();
  });

  it('never do two things: a key that is taken stays where it is', () => {
    expect(keymap.give('status', 'P')).toBe('priority');
    expect(keymap.keyOf('status')).toBe('S');
    expect(keymap.give('status', 'G'), 'G begins G B').toBe('board');
    keymap.take('priority');
    expect(keymap.give('status', 'P')).toBeNull();
    expect(press('p')).toBe('status');
    keymap.reset('priority');
    expect(keymap.keyOf('priority'), 'its own key is somebody else’s now').toBeNull();
  });

  it.each([
    'nonsense',
    '[]',
    '{"status":7}',
    '{"status":""}',
    '{"unheard":"X"}',
    `{"status":"${'x'.repeat(99)}"}`,
  ])('are as if there were none where what was kept makes no sense: %s', (written) => {
    localStorage.setItem('keys', written);
    expect(new Keymap(localStorage).keyOf('status')).toBe('S');
  });

  it('are not those that every control needs', () => {
    expect(['X', '.', 'Ctrl+J', 'F5', 'Alt+↑'].every(mayBeGiven)).toBe(true);
    expect(['Enter', 'Tab', '↑', 'Esc', 'Shift+Tab'].some(mayBeGiven)).toBe(false);
  });
});
