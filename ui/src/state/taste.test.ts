import { beforeEach, describe, expect, it } from 'vitest';
import { Taste } from './taste.svelte';

const system = (light: boolean) =>
  Object.assign(matchMedia('(prefers-color-scheme: light)'), { matches: light });
const worn = () => document.documentElement.dataset['theme'];

describe('how somebody likes the window', () => {
  beforeEach(() => localStorage.clear());

  it('follows the system until told otherwise', () => {
    new Taste(localStorage, system(true));
    expect(worn()).toBe('light');
  });

  it('remembers a theme that differs from the system', () => {
    new Taste(localStorage, system(false)).toggleTheme();
    expect(worn()).toBe('light');
    new Taste(localStorage, system(false));
    expect(worn()).toBe('light');
  });

  it('follows the system again once both agree', () => {
    const taste = new Taste(localStorage, system(false));
    taste.toggleTheme();
    taste.toggleTheme();
    expect(localStorage.getItem('theme')).toBeNull();
    new Taste(localStorage, system(true));
    expect(worn()).toBe('light');
  });

  it('remembers the height of the rows and the switch of the keys', () => {
    const taste = new Taste(localStorage, system(false));
    taste.nextDensity();
    taste.toggleSingleKeys();
    expect(new Taste(localStorage, system(false))).toMatchObject({
      density: 'comfortable',
      singleKeys: false,
    });
  });
});
