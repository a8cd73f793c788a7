import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlertsView, Command, HabitsView } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { alerts, press, shown, windowAt } from '../../test/work';
import { text } from '../../text/en';

let backend: RecordingBackend;

async function told(view: AlertsView): Promise<void> {
  backend.tell({ is: 'alerts', value: view });
  await shown();
}

const set = (): Extract<Command, { do: 'setAlerts' }>['settings'] => {
  const [command] = backend.taken().filter((each) => each.do === 'setAlerts');
  if (!command) throw new Error('nothing was chosen');
  return command.settings;
};

const option = async (value: string): Promise<void> => {
  const found = await waitFor(() => {
    const element = screen.getAllByTestId('option').find((each) => each.dataset['value'] === value);
    if (!element) throw new Error(`no choice ${value}`);
    return element;
  });
  await fireEvent.click(found);
  await shown();
};

beforeEach(async () => {
  backend = await windowAt('settings');
});

describe('alert rules (CO-16)', () => {
  beforeEach(async () => {
    expect(screen.getByTestId('waiting')).toBeTruthy();
    expect(backend.sent).toContainEqual({ do: 'readAlerts' });
    await told(alerts());
    backend.taken();
  });

  const lines = () => screen.getAllByTestId('rules-line');
  const pointAt = async (place: number): Promise<void> => {
    screen.getByTestId('rules').focus();
    await press('Home');
    for (let at = 0; at < place; at++) await press('ArrowDown');
    backend.taken();
  };

  it('are read as sentences', () => {
    expect(lines()[0]?.textContent).toMatch(
      /New ticket.*Nobody’s.*Any.*anywhere.*Toast · Sound “New” · Unread/s,
    );
    expect(lines()[1]?.textContent).toMatch(/Target is past.*Any.*P2.*not at the ticket.*Urgent toast/s);
    expect(screen.getAllByRole('img', { name: 'P2 High' }).length).toBeGreaterThan(0);
  });

  it('are changed one part at a time, and everything else stays', async () => {
    await pointAt(1);
    await fireEvent.click(within(screen.getByTestId('rule-editor')).getByText(/^While you look:/));
    await option('notAtProgram');
    const [first, second] = alerts().settings.rules;
    expect(set().rules).toEqual([first, { ...second, looking: 'notAtProgram' }]);
  });

  it('are moved, added and removed with the keyboard', async () => {
    const [first, second] = alerts().settings.rules;
    await pointAt(1);
    await press('u');
    expect(set().rules).toEqual([second, first]);
    await pointAt(0);
    await press('Delete');
    expect(set().rules).toEqual([second]);
    await pointAt(0);
    await press('n');
    expect(set().rules).toHaveLength(3);
  });

  it('go back to those that were delivered', async () => {
    await fireEvent.click(screen.getByTestId('rules-reset'));
    expect(set().rules).toEqual(alerts().defaults.rules);
  });

  it('are tested on something that they are about, and the answer says why', async () => {
    await pointAt(1);
    await press('t');
    expect(backend.taken()).toEqual([
      {
        do: 'tryAlert',
        fact: { kind: 'slaBreached', relations: [], severity: 'high', whose: 'nobodys' },
        looking: 'atProgram',
        minute: null,
      },
    ]);
    const verdict = { toast: 'none', sound: null, badge: true, attention: false, repeats: false } as const;
    backend.tell({ is: 'tried', value: { ...verdict, reason: { kind: 'paused', until: null } } });
    await shown();
    const [answer] = screen.getAllByTestId('verdict');
    expect(answer?.textContent).toMatch(/Unread.*alerts paused/s);
  });

  it('say so when the disk did not take them', async () => {
    await told(alerts({ notKept: 'The disk is full.' }));
    expect(screen.getByTestId('settings').textContent).toContain('The disk is full.');
  });
});

describe('would this have rung?', () => {
  it('asks about what was made up, at the minute that was written', async () => {
    await told(alerts());
    await fireEvent.click(screen.getByTestId('ask-whose'));
    await option('own');
    const minute = screen.getByTestId('ask-minute');
    await fireEvent.input(minute, { target: { value: '23:30' } });
    await fireEvent.blur(minute);
    backend.taken();
    await fireEvent.click(screen.getByTestId('ask'));
    expect(backend.taken()).toEqual([
      {
        do: 'tryAlert',
        fact: { kind: 'newTicket', relations: ['unassigned'], severity: 'normal', whose: 'own' },
        looking: 'elsewhere',
        minute: 23 * 60 + 30,
      },
    ]);
  });
});

describe('quiet time', () => {
  it('has hours that are typed, and says what makes none', async () => {
    await told(alerts({ settings: { ...alerts().settings, quiet: { from: 1320, to: 420 } } }));
    const from = screen.getByTestId<HTMLInputElement>('quiet-from');
    expect(from.value).toBe('22:00');
    backend.taken();
    await fireEvent.input(from, { target: { value: '25:00' } });
    await fireEvent.blur(from);
    expect(backend.taken()).toEqual([]);
    expect(from.getAttribute('aria-invalid')).toBe('true');
    await fireEvent.input(from, { target: { value: '21:30' } });
    await fireEvent.blur(from);
    expect(set().quiet).toEqual({ from: 1290, to: 420 });
  });

  it('pauses for a while, and ends', async () => {
    await told(alerts());
    backend.taken();
    await fireEvent.click(screen.getByTestId('pause-15'));
    expect(backend.taken()).toEqual([{ do: 'pauseAlerts', pause: { kind: 'minutes', minutes: 15 } }]);
    await told(alerts({ pause: { until: null } }));
    expect(screen.getByTestId('pause').textContent).toContain('Paused until you end it');
    await fireEvent.click(screen.getByTestId('pause-over'));
    expect(backend.taken()).toEqual([{ do: 'pauseAlerts', pause: { kind: 'over' } }]);
  });
});

it('turns presence and polling on and off', async () => {
  backend.taken();
  await fireEvent.click(screen.getByTestId('settings-quietly'));
  await fireEvent.click(screen.getByTestId('settings-poll'));
  expect(backend.taken()).toEqual([
    { do: 'viewQuietly', on: true },
    { do: 'pollSlowly', on: true },
  ]);
});

it('signs out by force only after it was said what would be lost', async () => {
  backend.tell({
    is: 'me',
    value: {
      user: 'u',
      name: 'Nora',
      initials: 'N',
      color: '#123456',
      editing: null,
      state: 'here',
      since: 0,
    },
  });
  await shown();
  backend.taken();
  await fireEvent.click(screen.getByTestId('sign-out'));
  expect(screen.queryByTestId('sign-out-force')).toBeNull();
  backend.tell({ is: 'notice', value: { kind: 'unsent', edits: 2, drafts: 1 } });
  await shown();
  await fireEvent.click(screen.getByTestId('sign-out-force'));
  expect(backend.taken()).toEqual([
    { do: 'signOut', force: false },
    { do: 'signOut', force: true },
  ]);
});

it('tells how the program stands in its own numbers', async () => {
  backend.tell({
    is: 'link',
    value: {
      live: 'reconnecting',
      reach: 'down',
      saving: 'full',
      since: 0,
      lag: null,
      clockOffset: -6400,
      support: 'bestEffort',
      quiet: false,
      polling: true,
    },
  });
  await shown();
  const fact = (name: string) => screen.getByTestId(`fact-${name}`).textContent;
  expect(fact('live')).toContain('reconnecting');
  expect(fact('reach')).toContain('does not answer');
  expect(fact('lag')).toContain('not known');
  expect(fact('offset')).toContain('−6,400 ms');
  expect(fact('saving')).toContain('full');
});

describe('this machine (CO-19)', () => {
  const habits: HabitsView = {
    habits: { closingHides: true, startsUnseen: true, volume: 70, zoom: 100 },
    autostart: { is: 'off' },
    notKept: null,
    logFolder: '/home/nora/log',
  };
  const tell = async (view: Partial<HabitsView>): Promise<void> => {
    backend.tell({ is: 'habits', value: { ...habits, ...view } });
    await shown();
  };
  const toggle = (name: string) => screen.getByTestId(`settings-${name}`) as HTMLButtonElement;

  it('is read, and changed one thing at a time', async () => {
    expect(backend.asked).toContainEqual({ do: 'readHabits' });
    await tell({});
    await fireEvent.click(toggle('closing'));
    expect(backend.asked.at(-1)).toEqual({
      do: 'setHabits',
      habits: { closingHides: false, startsUnseen: true, volume: 70, zoom: 100 },
    });
    expect(toggle('closing').getAttribute('aria-checked'), 'until the program says so').toBe('true');
    await fireEvent.click(within(screen.getByTestId('settings-machine')).getByText('Quiet'));
    expect(backend.asked.at(-1)).toMatchObject({ habits: { volume: 30 } });
    await fireEvent.click(screen.getByRole('button', { name: text.actions.zoomIn }));
    expect(backend.asked.at(-1)).toEqual({ do: 'zoom', step: 'larger' });
  });

  it('starts with the session where the machine has a way, and says why where not', async () => {
    await tell({});
    expect(toggle('unseen').disabled, 'it does not start at all').toBe(true);
    await fireEvent.click(toggle('autostart'));
    expect(backend.asked.at(-1)).toEqual({ do: 'startWithSession', on: true });
    await tell({ autostart: { is: 'unable', reason: 'No folder for it.' } });
    expect(toggle('autostart').disabled).toBe(true);
    expect(screen.getByTestId('settings-machine').textContent).toContain('No folder for it.');
  });

  it('can be heard, unless nothing is', async () => {
    await tell({});
    const hear = () => screen.getAllByTestId('settings-hear') as HTMLButtonElement[];
    expect(hear()).toHaveLength(4);
    await fireEvent.click(hear()[3] as HTMLButtonElement);
    expect(backend.asked.at(-1)).toEqual({ do: 'playSound', class: 'critical' });
    await tell({ habits: { ...habits.habits, volume: 0 }, notKept: 'The disk is full.' });
    expect(hear().every((button) => button.disabled)).toBe(true);
    expect(screen.getByTestId('settings-machine').textContent).toContain('The disk is full.');
  });
});
