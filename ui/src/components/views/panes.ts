/**
 * From one part of the window to the next by one key (F6): the rail, the bar, the board, the ticket.
 *
 * **Invariant:** moves the focus only when the person asks for it.
 */
const PANES = 'nav, header.top, [role="grid"], [data-testid="ticket"]';
const INSIDE = 'button:not(:disabled), input, textarea, [tabindex="0"]';

export function nextPane(by: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter((pane) => !pane.closest('[inert]'));
  const now = panes.findIndex((pane) => pane.contains(document.activeElement));
  const from = now < 0 && by < 0 ? 0 : now;
  const pane = panes[(from + by + panes.length) % panes.length];
  if (!pane) return;
  // A part that can hold the focus itself does; of others it is their first control.
  const holder = pane.hasAttribute('tabindex') ? pane : pane.querySelector<HTMLElement>(INSIDE);
  holder?.focus({ preventScroll: true });
}
