/**
 * What jsdom lacks and the window needs.
 */
import { cleanup } from '@testing-library/svelte';
import { afterEach } from 'vitest';

afterEach(() => cleanup());

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

window.matchMedia = (query: string) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
window.ResizeObserver = NoObserver as unknown as typeof ResizeObserver;
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
// jsdom lays nothing out; the window needs some height to draw lines into.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 752 });
