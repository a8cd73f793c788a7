import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Command, FieldView, Line } from '../../bridge/generated';
import { RecordingBackend } from '../../test/backend';
import { STATUSES, choice, field, row, ticket, title } from '../../test/shapes';
import ConsoleView from '../views/ConsoleView.svelte';

let backend: RecordingBackend;

async function shown(): Promise<void> {
  await tick();
  await tick();
  await tick();
}

const key = (name: string, on: Element = document.activeElement ?? document.body, init = {}) =>
  fireEvent.keyDown(on, { key: name, ...init });

const line = (): HTMLInputElement => screen.getByTestId('palette-line');
const offers = () => screen.queryAllByTestId('offer').map((element) => element.dataset['key']);
const says = () => screen.getByTestId('palette-says').textContent;

async function type(words: string): Promise<void> {
  await fireEvent.input(line(), { target: { value: words } });
  await shown();
}

const asked = (commands: Command[]) =>
  commands.flatMap((command) =>
    command.do === 'openView' && command.view !== 'main' ? [{ view: command.view, ...command.query }] : [],
  );

/** The program answers the last question with these tickets. */
async function answer(lines: Line[], total = lines.length): Promise<void> {
  const last = asked(backend.sent).at(-1);
  if (!last) throw new Error('nothing was asked');
  const change = { kind: 'reset', total, first: 0, lines } as const;
  backend.tell({ is: 'board', value: { view: last.view, rev: 1, change } });
  await shown();
}

async function told(id: string, fields: FieldView[]): Promise<void> {
  backend.tell({ is: 'ticket', value: ticket(id, fields) });
  await shown();
}

const T4312 = row('a', { number: 'T-4312', title: 'VPN down' });

async function open(by: string, init = {}): Promise<void> {
  await key(by, document.body, init);
  await shown();
  await waitFor(() => expect(document.activeElement).toBe(line()));
}

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await shown();
  const change = { kind: 'reset', total: 1, first: 0, lines: [T4312] } as const;
  backend.tell({
    is: 'board',
    value: { view: 'main', rev: 1, change: { ...change, lines: [...change.lines] } },
  });
  backend.tell({ is: 'boards', value: [choice('b-1', 'Service Desk'), choice('b-2', 'Projects')] });
  await shown();
});

describe('the palette (CO-8)', () => {
  it('opens and closes by the keyboard, and gives the focus back', async () => {
    screen.getByTestId('board').focus();
    await open('k', { ctrlKey: true });
    await key('Escape', line());
    await waitFor(() => expect(screen.queryByTestId('palette')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('board')));
  });

  it('does an action that was found by a word of it', async () => {
    await open('k', { ctrlKey: true });
    await type('group by st');
    expect(offers()).toEqual(['action-groupByStatus']);
    backend.taken();
    await key('Enter', line());
    await waitFor(() =>
      expect(backend.sent).toContainEqual(
        expect.objectContaining({ do: 'openView', query: expect.objectContaining({ group: 'status' }) }),
      ),
    );
  });

  it('offers nothing that cannot be done now', async () => {
    await open('k', { ctrlKey: true });
    expect(offers()).not.toContain('action-keepYours');
    expect(offers()).not.toContain('action-status');
    expect(offers()).toContain('action-theme');
  });

  it('finds tickets by words, each question in a view of its own', async () => {
    await open('k', { ctrlKey: true });
    await type('vpn');
    await type('vpn d');
    expect(asked(backend.sent).map(({ search, open: which }) => [search, which])).toEqual([
      ['vpn', 'all'],
      ['vpn d', 'all'],
    ]);
    await answer([T4312]);
    expect(offers()).toContain('ticket-a');
    backend.taken();
    await key('Enter', line());
    await waitFor(() => expect(backend.sent).toContainEqual({ do: 'openTicket', ticket: 'a' }));
    expect(backend.sent).toContainEqual(expect.objectContaining({ do: 'closeView' }));
  });

  it('opens the ticket of a number at once, though Enter came before the answer', async () => {
    await open('k', { ctrlKey: true });
    await type('4312');
    await key('Enter', line());
    await answer([T4312, row('b', { number: 'T-9', title: 'Since 4312' })]);
    await waitFor(() => expect(backend.sent).toContainEqual({ do: 'openTicket', ticket: 'a' }));
  });

  it('takes no answer to other words', async () => {
    await open('k', { ctrlKey: true });
    await type('vpn');
    const [first] = asked(backend.sent);
    await type('printer');
    const change = { kind: 'reset', total: 1, first: 0, lines: [T4312] } as const;
    backend.tell({
      is: 'board',
      value: { view: first?.view ?? '', rev: 1, change: { ...change, lines: [...change.lines] } },
    });
    await shown();
    expect(offers()).toEqual([]);
  });

  it('shows one board when that is chosen', async () => {
    await open('k', { ctrlKey: true });
    await type('projects');
    expect(offers()).toEqual(['board-b-2']);
    await key('Enter', line());
    await waitFor(() =>
      expect(backend.sent).toContainEqual(
        expect.objectContaining({
          do: 'openView',
          query: expect.objectContaining({ chips: [{ by: 'board', is: 'b-2' }] }),
        }),
      ),
    );
  });
});

describe('the command line (CO-8)', () => {
  const status = (part: Partial<FieldView> = {}) => field('status_id', part);

  it('opens with its stroke and tells its verbs, none of them taken', async () => {
    await open('/');
    expect(line().value).toBe('/');
    expect(offers()).toContain('verb-status');
    await key('Enter', line());
    expect(line().value, 'several to choose from: Enter chooses none').toBe('/');
    await key('Tab', line());
    await shown();
    expect(line().value).toBe('/s ');
  });

  it('sets a value: what stood there when the value was typed is what it is measured against (LT-13)', async () => {
    await open('/');
    await type('/s 4312');
    await answer([T4312]);
    expect(backend.sent, 'a number may go on').not.toContainEqual(
      expect.objectContaining({ do: 'openTicket' }),
    );
    await type('/s 4312 h');
    expect(backend.sent).toContainEqual({ do: 'openTicket', ticket: 'a' });
    await told('a', [title(), status()]);
    await type('/s 4312 hold');
    backend.taken();
    await key('Enter', line());
    await waitFor(() => expect(screen.queryByTestId('palette')).toBeNull());
    expect(backend.taken().map((command) => command.do)).toEqual([
      'edit',
      'closeView',
      'closeTicket',
      'endEdit',
    ]);
    expect(screen.getByTestId('notice').textContent).toContain('On hold');
  });

  it('does what was typed before the answers came', async () => {
    await open('/');
    await type('/s 4312 hold');
    await key('Enter', line());
    await answer([T4312]);
    await told('a', [title(), status()]);
    await waitFor(() =>
      expect(backend.sent).toContainEqual({ do: 'edit', ticket: 'a', field: 'status_id', value: 's-hold' }),
    );
  });

  it('shows what there is to choose where it is not clear, and never guesses', async () => {
    await open('/');
    await type('/s 4312 o');
    await answer([T4312]);
    await told('a', [title(), status({ choices: [...STATUSES, choice('s-site', 'On site')] })]);
    expect(offers()).toEqual(['value-s-hold', 'value-s-site', 'value-s-done']);
    expect(says()).toMatch(/Which\?/);
    backend.taken();
    await key('Enter', line());
    expect(backend.taken()).toEqual([]);
    await key('ArrowDown', line());
    await key('ArrowDown', line());
    await key('Enter', line());
    expect(backend.sent[0], 'what was pointed at').toEqual({
      do: 'edit',
      ticket: 'a',
      field: 'status_id',
      value: 's-site',
    });
  });

  it('completes by Tab and does nothing by it', async () => {
    await open('/');
    await type('/s 4312 o');
    await answer([T4312]);
    await told('a', [title(), status({ choices: [...STATUSES, choice('s-site', 'On site')] })]);
    await key('Tab', line());
    await shown();
    expect(line().value).toBe('/s T-4312 On hold');
    expect(backend.sent.map((command) => command.do)).not.toContain('edit');
  });

  it('asks which ticket, where two end in the same digits', async () => {
    await open('/');
    await type('/s 4312 hold');
    await answer([T4312, row('b', { number: 'INC-4312' })]);
    expect(offers()).toEqual(['ticket-a', 'ticket-b']);
    expect(backend.sent).not.toContainEqual(expect.objectContaining({ do: 'openTicket' }));
    await key('ArrowDown', line());
    await key('ArrowDown', line());
    await key('Enter', line());
    await shown();
    expect(line().value).toBe('/s INC-4312 ');
  });

  it.each([
    ['same', status(), '/s 4312 new', /stands so already/],
    ['none', status(), '/s 4312 zebra', /Nothing by that name/],
    ['not here', title(), '/s 4312 new', /cannot be chosen/],
  ])('says why it does nothing: %s', async (_name, view, words, why) => {
    await open('/');
    await type(words);
    await answer([T4312]);
    await told('a', [title(), view]);
    expect(says()).toMatch(why);
    backend.taken();
    await key('Enter', line());
    expect(backend.taken()).toEqual([]);
  });

  it('leaves a field that waits for a decision to the decision', async () => {
    const [mine, , theirs] = STATUSES;
    if (!mine || !theirs) throw new Error('no statuses');
    const state = { kind: 'conflict', mine, theirs, by: 'Bob', at: 0, draft: false } as const;
    await open('/');
    await type('/s 4312 hold');
    await answer([T4312]);
    await told('a', [title(), status({ state })]);
    expect(says()).toMatch(/decide/);
  });

  it('means the open ticket by a full stop, and asks the program for nothing more', async () => {
    await fireEvent.click(screen.getByTestId('row'));
    await told('a', [title(), status()]);
    await open('/');
    backend.taken();
    await type('/s . res');
    expect(offers()).toEqual(['deed']);
    expect(backend.taken().map((command) => command.do)).toEqual(['beginEdit']);
    await key('Enter', line());
    await waitFor(() =>
      expect(backend.sent[0]).toEqual({ do: 'edit', ticket: 'a', field: 'status_id', value: 's-done' }),
    );
    expect(backend.sent.map((command) => command.do)).not.toContain('closeTicket');
  });

  it('searches the board', async () => {
    await open('/');
    await type('/f printer on fire');
    await key('Enter', line());
    await waitFor(() =>
      expect(backend.sent).toContainEqual(
        expect.objectContaining({
          do: 'openView',
          query: expect.objectContaining({ search: 'printer on fire' }),
        }),
      ),
    );
  });

  it('shows a ticket that it looked at without asking for it twice', async () => {
    await open('/');
    await type('/s 4312 ');
    await answer([T4312]);
    await told('a', [title(), status()]);
    backend.taken();
    backend.tell({ is: 'show', value: { kind: 'ticket', ticket: 'a' } });
    await shown();
    expect(screen.getByTestId('field-status_id')).toBeTruthy();
    await key('Escape', line());
    await shown();
    expect(backend.taken().map((command) => command.do)).not.toContain('closeTicket');
  });
});

describe('the sheet of keys', () => {
  it('changes a key where it stands, and the buttons print the new one', async () => {
    await fireEvent.click(screen.getByTestId('row'));
    await told('a', [title(), field('status_id')]);
    await key('?', document.body);
    await shown();
    const shortcut = screen
      .getAllByTestId('shortcut')
      .find((element) => element.dataset['action'] === 'status');
    const button = shortcut?.querySelector('button[data-testid="shortcut-key"]');
    if (!button) throw new Error('no key to change');
    await fireEvent.click(button);
    await key('p', button);
    expect(shortcut?.textContent).toContain('taken');
    await key('x', button);
    await shown();
    expect(screen.getByTestId('pick-status_id').getAttribute('aria-keyshortcuts')).toBe('X');
  });

  it('switches single keys off, and no bare letter does anything then (WCAG 2.1.4)', async () => {
    await key('?', document.body);
    await shown();
    await fireEvent.click(screen.getByTestId('single-keys'));
    await key('Escape', screen.getByTestId('shortcuts'));
    await waitFor(() => expect(screen.queryByTestId('shortcuts')).toBeNull());
    await key('/', document.body);
    await shown();
    expect(screen.queryByTestId('palette')).toBeNull();
    await key('F1', document.body);
    await waitFor(() => expect(screen.getByTestId('shortcuts')).toBeTruthy());
  });
});
