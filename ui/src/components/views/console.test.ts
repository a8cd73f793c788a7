import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BoardChange, FieldView, Line, TicketView } from '../../bridge/generated';
import { RecordingBackend } from '../../test/backend';
import { STATUSES, choice, face, field, heading, row, rows, ticket, title } from '../../test/shapes';
import ConsoleView from './ConsoleView.svelte';

const KNOWN = { support: 'full', quiet: false, polling: false } as const;

let backend: RecordingBackend;
let rev: number;

async function shown(): Promise<void> {
  await tick();
  await tick();
}

async function board(lines: Line[], total = lines.length): Promise<void> {
  await change({ kind: 'reset', total, first: 0, lines });
}

async function change(change: BoardChange): Promise<void> {
  backend.tell({ is: 'board', value: { view: 'main', rev: rev++, change } });
  await shown();
}

async function told(view: TicketView): Promise<void> {
  backend.tell({ is: 'ticket', value: view });
  await shown();
}

/** The window with ticket `a` open and these fields in it. */
async function opened(...fields: FieldView[]): Promise<void> {
  await board([row('a'), row('b')]);
  await fireEvent.click(line('a'));
  await told(ticket('a', fields));
  backend.taken();
}

const line = (id: string): HTMLElement => {
  const found = screen.getAllByTestId('row').find((element) => element.dataset['ticket'] === id);
  if (!found) throw new Error(`no line of ${id}`);
  return found;
};
const key = (name: string, on: Element = document.activeElement ?? document.body) =>
  fireEvent.keyDown(on, { key: name });

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  rev = 1;
  render(ConsoleView, { backend });
  await shown();
});

describe('the start', () => {
  it('listens, which greets for it, and asks for the board', () => {
    expect(backend.sent.slice(0, 2).map((command) => command.do)).toEqual(['openView', 'showLines']);
  });

  it('shows what keeps the program from its work, and nothing else', async () => {
    backend.tell({ is: 'setup', value: { code: 'badKey', message: 'The server does not know this key.' } });
    await shown();
    expect(screen.getByTestId('setup').textContent).toContain('The server does not know this key.');
    expect(screen.queryByTestId('board')).toBeNull();
  });

  it('goes on working when the outbox had to be set aside, and says so', async () => {
    backend.tell({ is: 'setup', value: { code: 'outboxSetAside', message: 'It lies in old.db.' } });
    await shown();
    expect(screen.getByTestId('notice').textContent).toContain('old.db');
    expect(screen.getByTestId('board')).toBeTruthy();
  });
});

describe('the board', () => {
  it('draws the lines on screen, not the tickets in the world (CO-2)', async () => {
    await board(rows(140), 10_000);
    expect(screen.getByTestId('board').getAttribute('aria-rowcount')).toBe('10001');
    expect(screen.getAllByTestId('row').length).toBeGreaterThan(20);
    expect(document.querySelectorAll('[role="row"]').length).toBeLessThanOrEqual(200);
  });

  it('shows a hostile title as text (CO-23)', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    await board([row('a', { title: hostile })]);
    expect(screen.getByTestId('cell-title').textContent?.trim()).toBe(hostile);
    expect(document.querySelector('img')).toBeNull();
  });

  it('opens the ticket under the keyboard and closes it again', async () => {
    await board([heading(2), row('a'), row('b')]);
    backend.taken();
    screen.getByTestId('board').focus();
    await key('ArrowDown');
    await key('j');
    await key('k');
    await key('Enter');
    // That the keyboard is on the lines is told too.
    const told = backend.taken().filter((command) => command.do !== 'choosing');
    expect(told).toEqual([{ do: 'openTicket', ticket: 'a' }]);
    expect(line('a').getAttribute('aria-selected')).toBe('true');
    await key('Escape');
    expect(backend.taken()).toEqual([{ do: 'closeTicket', ticket: 'a' }]);
    expect(screen.queryByTestId('ticket')).toBeNull();
  });

  it('closes a ticket before it opens the next', async () => {
    await board([row('a'), row('b')]);
    await fireEvent.click(line('a'));
    backend.taken();
    await fireEvent.click(line('b'));
    expect(backend.taken()).toEqual([
      { do: 'closeTicket', ticket: 'a' },
      { do: 'openTicket', ticket: 'b' },
    ]);
  });

  it('never moves focus, scroll or selection by an update (CO-10)', async () => {
    await board(rows(140), 1000);
    const grid = screen.getByTestId('board');
    grid.focus();
    await key('ArrowDown');
    await key('ArrowDown');
    await key('Enter');
    grid.scrollTop = 36;
    await change({
      kind: 'patch',
      total: 1001,
      lines: [row('new'), ...rows(139)].map((line, at) => ({ at, line })),
    });
    expect(document.activeElement).toBe(grid);
    expect(grid.scrollTop).toBe(36);
    expect(grid.getAttribute('aria-activedescendant')).toBe('line-t1');
    expect(line('t1').getAttribute('aria-selected')).toBe('true');
    expect(line('t1').getAttribute('aria-rowindex')).toBe('4');
  });

  it('marks the fields that somebody else has just changed', async () => {
    await board([row('a', { lit: ['status_id', 'title'] })]);
    expect(line('a').dataset['lit']).toBe('status_id title');
  });

  it('sorts by the column that is pressed, and the other way when pressed again', async () => {
    await board(rows(3));
    backend.taken();
    await fireEvent.click(screen.getByText('Title', { selector: 'button' }));
    await fireEvent.click(screen.getByText('Title', { selector: 'button' }));
    const sorts = backend
      .taken()
      .flatMap((command) => (command.do === 'openView' ? [command.query.sort] : []));
    expect(sorts).toEqual([
      { by: 'title', descending: false },
      { by: 'title', descending: true },
    ]);
  });

  it('says what to do when nothing matches', async () => {
    await board(rows(3));
    await fireEvent.input(screen.getByTestId('search'), { target: { value: 'zebra' } });
    await key('Enter', screen.getByTestId('search'));
    await board([]);
    backend.taken();
    await fireEvent.click(screen.getByText('Clear search and filters', { selector: 'button' }));
    expect(backend.taken()[0]).toMatchObject({ do: 'openView', query: { search: '' } });
  });
});

describe('a field with choices', () => {
  const choose = async (value: string): Promise<void> => {
    const option = await waitFor(() => {
      const found = screen.getAllByTestId('option').find((element) => element.dataset['value'] === value);
      if (!found) throw new Error(`no choice ${value}`);
      return found;
    });
    await fireEvent.click(option);
    await shown();
  };

  it('is being edited while its choices are open, and edited when one is taken (LT-10)', async () => {
    await opened(title(), field('status_id'));
    await fireEvent.click(screen.getByTestId('pick-status_id'));
    await shown();
    expect(backend.taken()).toEqual([{ do: 'beginEdit', ticket: 'a', field: 'status_id' }]);
    await choose('s-hold');
    expect(backend.taken()).toEqual([{ do: 'edit', ticket: 'a', field: 'status_id', value: 's-hold' }]);
  });

  it('is left without a word when nothing is taken', async () => {
    await opened(title(), field('status_id'));
    await key('s');
    await waitFor(() => screen.getAllByTestId('option'));
    await key('Escape', screen.getByRole('combobox'));
    await waitFor(() => expect(backend.sent.map((command) => command.do)).toEqual(['beginEdit', 'endEdit']));
    expect(screen.getByTestId('ticket'), 'Escape closed the list, not the ticket').toBeTruthy();
  });

  it('finds a choice by typing and takes it with Enter', async () => {
    await opened(title(), field('status_id'));
    await key('s');
    const box = await waitFor(() => screen.getByRole('combobox'));
    await fireEvent.input(box, { target: { value: 'res' } });
    await shown();
    await key('Enter', box);
    await shown();
    expect(backend.taken().at(-1)).toEqual({ do: 'edit', ticket: 'a', field: 'status_id', value: 's-done' });
  });

  it('takes what was pointed at, though an update has moved it, and nothing once it is gone', async () => {
    await opened(title(), field('status_id'));
    await key('s');
    const box = await waitFor(() => screen.getByRole('combobox'));
    await key('ArrowDown', box);
    const [first, , last] = STATUSES;
    const choices = [first, last].filter((kept) => kept !== undefined);
    await told(ticket('a', [title(), field('status_id', { choices })]));
    backend.taken();
    await key('Enter', box);
    expect(backend.taken(), 'On hold is no longer to be had').toEqual([]);
    await told(ticket('a', [title(), field('status_id', { choices: [...STATUSES].reverse() })]));
    await key('ArrowDown', box);
    await told(ticket('a', [title(), field('status_id')]));
    backend.taken();
    await key('Enter', box);
    await shown();
    expect(backend.taken().at(-1)).toEqual({ do: 'edit', ticket: 'a', field: 'status_id', value: 's-new' });
  });

  it('leaves Enter to a word that is being composed', async () => {
    await opened(title(), field('status_id'));
    await key('s');
    const box = await waitFor(() => screen.getByRole('combobox'));
    backend.taken();
    await fireEvent.keyDown(box, { key: 'Enter', isComposing: true });
    await shown();
    expect(backend.taken()).toEqual([]);
    expect(screen.getByRole('combobox')).toBeTruthy();
  });

  it('says who else is in it, and still works (LT-10)', async () => {
    await opened(title(), field('status_id', { editors: [face('Alex Rivera', 'status_id')] }));
    const here = screen.getByTestId('field-status_id');
    expect(here.textContent).toContain('Alex Rivera is editing');
    expect(within(here).getByTestId('pick-status_id').hasAttribute('disabled')).toBe(false);
  });
});

describe('a field without choices', () => {
  it('is read and not typed into, unless it is the title: its value is an id behind the name', async () => {
    const client = choice('c-1', 'Northwind Dental');
    await opened(title(), field('client_id', { shown: client, choices: null }));
    const here = screen.getByTestId('field-client_id');
    expect(screen.getByTestId('read-client_id').textContent.trim()).toBe('Northwind Dental');
    expect(here.querySelector('textarea, input, button')).toBeNull();
    expect(screen.getByTestId('edit-title')).toBeTruthy();
  });

  it('shows that nothing is set', async () => {
    await opened(title(), field('location_id', { shown: choice(null, ''), choices: null }));
    expect(screen.getByTestId('read-location_id').textContent.trim()).toBe('—');
  });
});

describe('how a field stands', () => {
  it.each([
    ['confirmed', { kind: 'confirmed', savedAt: Date.now() }, /saved \d\d:\d\d/],
    ['draft', { kind: 'draft', kept: true }, /Not saved yet/],
    ['queued', { kind: 'queued' }, /Queued · sent in a moment/],
    ['sending', { kind: 'sending' }, /Sending…/],
    ['refused', { kind: 'refused', reason: 'The status is of another board.' }, /status is of another board/],
  ] as const)('is told in words: %s', async (kind, state, words) => {
    await opened(title(), field('status_id', { state }));
    const here = screen.getByTestId('field-status_id');
    expect(here.dataset['state']).toBe(kind);
    expect(here.textContent).toMatch(words);
  });

  it('says what a queued edit waits for', async () => {
    const link = {
      live: 'unavailable',
      reach: 'down',
      saving: 'safe',
      since: 0,
      lag: null,
      clockOffset: 0,
      ...KNOWN,
    } as const;
    backend.tell({ is: 'link', value: link });
    await opened(title(), field('status_id', { state: { kind: 'queued' } }));
    expect(screen.getByTestId('field-status_id').textContent).toContain(
      'will be sent when you are back online',
    );
  });

  it('says that the disk is full before anybody types, and that it is not any more (CO-14)', async () => {
    const link = {
      live: 'live',
      reach: 'up',
      saving: 'full',
      since: 0,
      lag: null,
      clockOffset: 0,
      ...KNOWN,
    } as const;
    backend.tell({ is: 'link', value: link });
    await opened(title());
    expect(screen.getByRole('alert').textContent).toContain('Disk full');
    backend.tell({ is: 'link', value: { ...link, saving: 'safe' } });
    await waitFor(() => expect(screen.getByRole('alert').textContent).toBe(''));
  });

  it('lets a refused edit be sent again or dropped', async () => {
    await opened(title(), field('status_id', { state: { kind: 'refused', reason: 'No.' } }));
    await fireEvent.click(screen.getByText('Retry', { selector: 'button' }));
    await fireEvent.click(screen.getByText('Discard', { selector: 'button' }));
    expect(backend.taken().map((command) => command.do)).toEqual(['retryEdit', 'dropEdit']);
  });
});

describe('a conflict (LT-13)', () => {
  const [, mine = choice('', ''), theirs = choice('', '')] = STATUSES;
  // In the middle of a minute, counted when a test begins: no test may last long enough to make another sentence of it.
  const conflict = () =>
    ({
      kind: 'conflict',
      mine,
      theirs,
      by: 'Bob Kessler',
      at: Date.now() - 5.5 * 60_000,
      draft: false,
    }) as const;
  const clashing = () => field('status_id', { shown: mine, state: conflict() });
  // Each says which value it was meant against: the one on the other button.
  const kept = { do: 'keepYours', ticket: 'a', field: 'status_id', theirs: theirs.value };
  const taken = { do: 'takeTheirs', ticket: 'a', field: 'status_id', mine: mine.value };

  it('names the author and carries both values on its buttons', async () => {
    await opened(title(), clashing());
    const panel = screen.getByTestId('conflict-status_id');
    expect(panel.textContent).toMatch(/Bob Kessler set this 5 min ago/);
    expect(within(panel).getByTestId('keep-yours').textContent).toMatch(/Keep yours.*On hold/s);
    expect(within(panel).getByTestId('take-theirs').textContent).toMatch(/Take theirs.*Resolved/s);
  });

  it.each([
    ['y', kept],
    ['t', taken],
  ])('is settled by the key %s', async (letter, command) => {
    await opened(title(), clashing());
    await key(letter);
    expect(backend.taken()).toEqual([command]);
  });

  it.each([
    ['keep-yours', kept],
    ['take-theirs', taken],
  ])('is settled by the button %s', async (button, command) => {
    await opened(title(), clashing());
    await fireEvent.click(screen.getByTestId(button));
    expect(backend.taken()).toEqual([command]);
  });

  it('hears a key that is held down in it once', async () => {
    await opened(title(), clashing());
    const button = screen.getByTestId('take-theirs');
    await fireEvent.keyDown(button, { key: 't', repeat: true });
    expect(backend.taken()).toEqual([]);
    await key('t', button);
    expect(backend.taken()).toEqual([taken]);
  });

  it('takes neither the focus nor a letter from somebody who types', async () => {
    await opened(title(), field('status_id'));
    const box = screen.getByTestId('edit-title');
    box.focus();
    await told(ticket('a', [title(), clashing()]));
    expect(document.activeElement).toBe(box);
    backend.taken();
    await key('y', box);
    await key('t', box);
    expect(backend.taken()).toEqual([]);
  });

  it('is settled where the focus is, whichever stands above', async () => {
    await opened(title({ state: { ...conflict(), mine: choice('x', 'x') } }), clashing());
    const panel = screen.getByTestId('conflict-status_id');
    const button = within(panel).getByTestId('take-theirs');
    button.focus();
    await key('t', button);
    expect(backend.taken()).toEqual([taken]);
  });
});

describe('the title', () => {
  it('is begun, drafted, committed and left, in this order', async () => {
    await opened(title());
    const box = screen.getByTestId('edit-title');
    box.focus();
    await fireEvent.input(box, { target: { value: 'Printer on fire' } });
    await key('Enter', box);
    expect(backend.taken()).toEqual([
      { do: 'beginEdit', ticket: 'a', field: 'title' },
      { do: 'edit', ticket: 'a', field: 'title', value: 'Printer on fire' },
      { do: 'endEdit', ticket: 'a', field: 'title' },
    ]);
  });

  it('keeps its draft when it is left', async () => {
    await opened(title());
    const box = screen.getByTestId('edit-title');
    box.focus();
    await fireEvent.input(box, { target: { value: 'Printer on' } });
    box.blur();
    expect(backend.taken().map((command) => command.do)).toEqual(['beginEdit', 'draft', 'endEdit']);
  });

  it('drops its draft on Escape and leaves the ticket open', async () => {
    await opened(title());
    const box = screen.getByTestId('edit-title');
    box.focus();
    await fireEvent.input(box, { target: { value: 'Printer on' } });
    await key('Escape', box);
    expect(backend.taken().map((command) => command.do)).toEqual(['beginEdit', 'dropDraft', 'endEdit']);
    expect((box as HTMLTextAreaElement).value).toBe('Printer');
    expect(screen.getByTestId('ticket')).toBeTruthy();
  });
});

describe('the link', () => {
  it.each([
    ['live', 'up', 'Live'],
    ['connecting', 'unknown', 'Connecting…'],
    ['reconnecting', 'up', 'Live updates offline — reconnecting…'],
    ['unavailable', 'up', 'Live updates unavailable'],
    ['live', 'down', 'Offline: changes are kept and will be sent'],
    ['unavailable', 'signedOut', 'Not signed in'],
  ] as const)('%s, %s reads differently (CO-9)', async (live, reach, words) => {
    backend.tell({
      is: 'link',
      value: { live, reach, saving: 'safe', since: 0, lag: null, clockOffset: 0, ...KNOWN },
    });
    await shown();
    const badge = screen.getByTestId('link');
    expect(badge.textContent).toContain(words);
    expect(badge.dataset).toMatchObject({ live, reach });
  });

  it('can be tried again by hand once it has given up (LT-14)', async () => {
    backend.tell({
      is: 'link',
      value: {
        live: 'unavailable',
        reach: 'up',
        saving: 'safe',
        since: 0,
        lag: null,
        clockOffset: 0,
        ...KNOWN,
      },
    });
    await shown();
    backend.taken();
    await fireEvent.click(screen.getByText('Retry', { selector: 'button' }));
    expect(backend.taken()).toEqual([{ do: 'retryLink' }]);
  });
});

it('says where the person looks, once for each change (CO-16)', async () => {
  const focuses = () => backend.taken().filter((command) => command.do === 'focus');
  await board([row('a')]);
  backend.taken();
  await fireEvent.blur(window);
  await fireEvent.focus(window);
  await shown();
  expect(focuses()).toEqual([{ do: 'focus', focused: true, ticket: null }]);
  await fireEvent.click(line('a'));
  await shown();
  expect(focuses()).toEqual([{ do: 'focus', focused: true, ticket: 'a' }]);
  await fireEvent.blur(window);
  await shown();
  expect(focuses()).toEqual([{ do: 'focus', focused: false, ticket: 'a' }]);
});

it('opens the ticket whose toast was clicked outside of it (CO-15)', async () => {
  await board([row('a')]);
  backend.taken();
  backend.tell({ is: 'show', value: { kind: 'ticket', ticket: 'a' } });
  await shown();
  expect(backend.taken()).toContainEqual({ do: 'openTicket', ticket: 'a' });
});

it('shows a ticket in a window of its own, and there nothing else (CO-22)', async () => {
  await opened(title());
  await fireEvent.click(screen.getByTestId('own-window'));
  expect(backend.asked.at(-1)).toEqual({ do: 'openWindow', ticket: 'a' });
  backend.tell({ is: 'window', value: { shows: 'ticket', ticket: 'a' } });
  await shown();
  expect(screen.getByTestId('ticket').dataset['ticket']).toBe('a');
  expect(screen.queryByTestId('own-window')).toBeNull();
  expect(screen.queryAllByTestId('row')).toHaveLength(0);
  await key('Escape');
  expect(screen.getByTestId('ticket'), 'there is nothing behind it').toBeTruthy();
});

it('goes to the outbox when the menu of the icon leads there (CO-19)', async () => {
  backend.tell({ is: 'show', value: { kind: 'outbox' } });
  await shown();
  expect(backend.sent.map((command) => command.do)).toContain('openOutbox');
});

it('says that a part of the program broke, and where that is written', async () => {
  backend.tell({ is: 'notice', value: { kind: 'broke', log: '/home/nora/log' } });
  await shown();
  const said = screen.getByTestId('notice').textContent;
  expect(said).toContain('broke');
  expect(said).toContain('/home/nora/log');
});

it('says so when a command did not reach the program, and why', async () => {
  await board([row('a')]);
  backend.refusal = { code: 'notRunning', message: 'the console has ended' };
  await fireEvent.click(line('a'));
  await shown();
  expect(screen.getByTestId('notice').textContent).toContain('the console has ended');
});

it('counts with the numbers of the program', async () => {
  const counts = {
    tickets: 1284,
    critical: 12,
    unassigned: 38,
    needsYou: 3,
    queued: 2,
    rooms: 214,
    unread: 0,
  };
  backend.tell({ is: 'counts', value: counts });
  await shown();
  for (const [name, count] of Object.entries(counts)) {
    expect(screen.getByTestId(`count-${name}`).dataset['count']).toBe(String(count));
  }
});

it('tells of others’ changes in one passing notice (LT-12)', async () => {
  const notice = {
    kind: 'changed',
    ticket: 'a',
    number: 'T-1',
    who: 'Bob',
    fields: ['priority_id', 'title'],
  } as const;
  backend.tell({ is: 'notice', value: { ...notice, fields: [...notice.fields] } });
  await shown();
  expect(screen.getByTestId('notice').textContent).toContain('Bob updated Priority and 1 more');
});
