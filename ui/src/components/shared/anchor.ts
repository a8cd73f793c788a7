/**
 * Keeps what is being read where it is while lines come and go above it (CO-10). The engines differ in whether they do
 * this themselves, so a scroller that uses this says `overflow-anchor: none`.
 *
 * **Invariant:** whoever stands at the very top stays there and sees what is new.
 */

/** Remembers the line on top of `scroller`; what is given back puts it there again. Lines carry `data-line`. */
export function topmost(scroller: HTMLElement | null): () => void {
  if (!scroller || scroller.scrollTop <= 0) return () => undefined;
  const { top } = scroller.getBoundingClientRect();
  const lines = scroller.querySelectorAll('[data-line]');
  const seen = [...lines].find((line) => line.getBoundingClientRect().bottom > top);
  if (!seen) return () => undefined;
  const was = seen.getBoundingClientRect().top;
  return () => {
    if (seen.isConnected) scroller.scrollTop += seen.getBoundingClientRect().top - was;
  };
}
