import { describe, expect, it } from 'vitest';
import { actionOf } from './keys';

function press(key: string, on: HTMLElement = document.body, init: KeyboardEventInit = {}) {
  let action: ReturnType<typeof actionOf> = null;
  const listen = (event: KeyboardEvent) => (action = actionOf(event, true));
  document.body.append(on === document.body ? '' : on);
  window.addEventListener('keydown', listen, { once: true });
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
  return action;
}

describe('keys that work everywhere', () => {
  it.each([
    ['j', { kind: 'step', by: 1 }],
    ['K', { kind: 'step', by: -1 }],
    ['s', { kind: 'pick', field: 'status_id' }],
    ['p', { kind: 'pick', field: 'priority_id' }],
    ['a', { kind: 'pick', field: 'assigned_to' }],
    ['/', { kind: 'search' }],
    ['y', { kind: 'keepYours' }],
    ['t', { kind: 'takeTheirs' }],
    ['Escape', { kind: 'close' }],
  ])('%s', (key, action) => expect(press(key)).toEqual(action));

  it('leaves letters to whoever types them', () => {
    expect(press('y', document.createElement('input'))).toBeNull();
    expect(press('t', document.createElement('textarea'))).toBeNull();
  });

  it('leaves combinations to the system', () => {
    expect(press('s', document.body, { ctrlKey: true })).toBeNull();
    expect(press('a', document.body, { metaKey: true })).toBeNull();
  });

  it('decides once, however long a key is held', () => {
    expect(press('y', document.body, { repeat: true })).toBeNull();
    expect(press('j', document.body, { repeat: true })).toEqual({ kind: 'step', by: 1 });
  });

  it('can be switched off, all but Escape (WCAG 2.1.4)', () => {
    expect(actionOf(new KeyboardEvent('keydown', { key: 's' }), false)).toBeNull();
    expect(actionOf(new KeyboardEvent('keydown', { key: 'Escape' }), false)).toEqual({ kind: 'close' });
  });
});
