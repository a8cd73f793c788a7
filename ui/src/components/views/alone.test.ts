import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertSettings } from '../../bridge/generated';
import { RecordingBackend } from '../../test/backend';
import { choice, field, row, ticket, title } from '../../test/shapes';
import ConsoleView from './ConsoleView.svelte';

let backend: RecordingBackend;

async function shown(): Promise<void> {
  await tick();
  await tick();
}

const key = (name: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key: name });

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await shown();
});

async function alone(): Promise<void> {
  backend.tell({ is: 'window', value: { shows: 'ticket', ticket: 'a' } });
  await shown();
  const [mine, theirs] = [choice('s-hold', 'On hold'), choice('s-done', 'Resolved')];
  const state = { kind: 'conflict', mine, theirs, by: 'Bob', at: 0, draft: false } as const;
  backend.tell({ is: 'ticket', value: ticket('a', [title(), field('status_id', { state })]) });
  await shown();
}

describe('a ticket in a window of its own (CO-3)', () => {
  it('shows the ticket whole and nothing of the board', async () => {
    await alone();
    expect(backend.sent).toContainEqual({ do: 'closeView', view: 'main' });
    expect(backend.sent).toContainEqual({ do: 'openTicket', ticket: 'a' });
    for (const part of ['edit-title', 'conflict-status_id', 'presence', 'talk', 'composer', 'link'])
      expect(screen.getByTestId(part)).toBeTruthy();
    for (const part of ['board', 'views', 'go-board', 'own-window'])
      expect(screen.queryByTestId(part), part).toBeNull();
    expect(document.title).toBe('T-a Printer · Callboard');
  });

  /** Colours are seen in the real window only; they are those of the ticket beside the board. */
  it('has nothing that axe complains of (CO-20)', async () => {
    await alone();
    const { violations } = await axe.run(document.body, { resultTypes: ['violations'] });
    const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect(said).toEqual([]);
  });

  it('settles with the keys of the ticket, and has no key that leads elsewhere', async () => {
    await alone();
    backend.taken();
    for (const press of ['Escape', 'g', 'o', 'o', '/', 'j']) await key(press);
    expect(backend.taken()).toEqual([]);
    expect(backend.asked).toEqual([{ do: 'readProfiles' }]);
    expect(screen.getByTestId('ticket')).toBeTruthy();
    await key('t');
    expect(backend.taken()).toEqual([{ do: 'takeTheirs', ticket: 'a', field: 'status_id', mine: 's-hold' }]);
  });

  it('stays with its ticket, whatever a click elsewhere shows', async () => {
    await alone();
    backend.tell({ is: 'show', value: { kind: 'ticket', ticket: 'b' } });
    await shown();
    expect(screen.getByTestId('ticket').dataset['ticket']).toBe('a');
  });

  it('is asked for with its key or its button, for the ticket that is meant', async () => {
    const lines = [row('a'), row('b')];
    const change = { kind: 'reset', total: 2, first: 0, lines } as const;
    backend.tell({ is: 'board', value: { view: 'main', rev: 1, change } });
    await shown();
    screen.getByTestId('board').focus();
    await key('ArrowDown');
    await key('o');
    await key('ArrowDown');
    await key('Enter');
    backend.tell({ is: 'ticket', value: ticket('b', [title()]) });
    await shown();
    await fireEvent.click(screen.getByTestId('own-window'));
    expect(backend.asked.slice(1)).toEqual([
      { do: 'openWindow', ticket: 'a' },
      { do: 'openWindow', ticket: 'b' },
    ]);
  });
});

describe('watching (CO-16)', () => {
  it('is shown as the program says it, and asked for with its key', async () => {
    const settings: AlertSettings = {
      rules: [],
      quiet: null,
      criticalPasses: true,
      followDoNotDisturb: true,
      warnMinutes: 15,
      teams: [],
      watched: [],
    };
    const told = (watched: string[]) =>
      backend.tell({
        is: 'alerts',
        value: { settings: { ...settings, watched }, defaults: settings, pause: null, notKept: null },
      });
    await alone();
    expect(backend.sent).toContainEqual({ do: 'readAlerts' });
    told([]);
    await shown();
    expect(screen.getByTestId('watch').getAttribute('aria-pressed')).toBe('false');
    await key('w');
    expect(backend.sent.at(-1)).toEqual({ do: 'watch', ticket: 'a', on: true });
    told(['a']);
    await waitFor(() => expect(screen.getByTestId('watch').getAttribute('aria-pressed')).toBe('true'));
  });
});
