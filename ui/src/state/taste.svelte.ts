/**
 * How this person likes the window: theme, columns and height of the rows, single keys. Kept on this machine.
 *
 * **Invariant:** looks and manners only; nothing about tickets is ever kept here.
 */
import type { Column } from '../bridge/generated';
import { ALL_COLUMNS, FIRST_COLUMNS, KEPT } from './columns';

export type Theme = 'dark' | 'light';
export type Density = 'compact' | 'normal' | 'comfortable';

export const ROW_HEIGHT: Record<Density, number> = { compact: 28, normal: 36, comfortable: 44 };

const DENSITIES = Object.keys(ROW_HEIGHT) as Density[];

export class Taste {
  theme = $state<Theme>('dark');
  density = $state<Density>('normal');
  columns = $state.raw<readonly Column[]>(FIRST_COLUMNS);
  /** Whether a bare letter is a command (WCAG 2.1.4 wants a switch). */
  singleKeys = $state(true);

  readonly #store: Storage;
  readonly #system: MediaQueryList;

  constructor(store: Storage = localStorage, system = matchMedia('(prefers-color-scheme: light)')) {
    this.#store = store;
    this.#system = system;
    this.density = DENSITIES.find((density) => density === store.getItem('density')) ?? 'normal';
    this.columns = keptColumns(store);
    this.singleKeys = store.getItem('singleKeys') !== 'off';
    this.#wear();
    system.addEventListener('change', () => this.#wear());
  }

  toggleTheme(): void {
    const wanted: Theme = this.theme === 'dark' ? 'light' : 'dark';
    // Back at what the system says, follow the system again.
    if (wanted === this.#systemTheme()) this.#store.removeItem('theme');
    else this.#store.setItem('theme', wanted);
    this.#wear();
  }

  nextDensity(): void {
    this.setDensity(DENSITIES[(DENSITIES.indexOf(this.density) + 1) % DENSITIES.length] ?? 'normal');
  }

  setDensity(density: Density): void {
    this.density = density;
    this.#store.setItem('density', density);
  }

  setColumns(columns: readonly Column[]): void {
    this.columns = columns;
    if (columns.join() === FIRST_COLUMNS.join()) this.#store.removeItem('columns');
    else this.#store.setItem('columns', columns.join());
  }

  toggleSingleKeys(): void {
    this.singleKeys = !this.singleKeys;
    this.#store.setItem('singleKeys', this.singleKeys ? 'on' : 'off');
  }

  #systemTheme(): Theme {
    return this.#system.matches ? 'light' : 'dark';
  }

  #wear(): void {
    const kept = this.#store.getItem('theme');
    this.theme = kept === 'dark' || kept === 'light' ? kept : this.#systemTheme();
    document.documentElement.dataset['theme'] = this.theme;
  }
}

/** Those that still exist, each once; the first ones where that leaves a line without its meaning. */
function keptColumns(store: Storage): readonly Column[] {
  const names = store.getItem('columns')?.split(',') ?? [];
  const known = [...new Set(names)].flatMap((name) => ALL_COLUMNS.find((column) => column === name) ?? []);
  return KEPT.every((column) => known.includes(column)) ? known : FIRST_COLUMNS;
}
