import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type {
  CatalogState,
  Command,
  EventKind,
  FormField,
  FormInput,
  SimulationFate,
} from '../../bridge/generated';
import { ScriptedBackend } from '../../bridge/scripted';
import { RecordingBackend } from '../../test/backend';
import { press, shown } from '../../test/work';
import ConsoleView from '../views/ConsoleView.svelte';

const TYPE = 'TICKET_ASSIGNED';

let backend: RecordingBackend;

const kind = (eventType: string, part: Partial<EventKind> = {}): EventKind => ({
  eventType,
  name: `Name of ${eventType}`,
  about: 'Something happened.',
  domain: 'Tickets',
  emitted: true,
  ...part,
});

const field = (name: string, input: FormInput, part: Partial<FormField> = {}): FormField => ({
  name,
  about: null,
  required: false,
  nullable: false,
  filledByServer: false,
  input,
  example: null,
  ...part,
});

const group = (fields: FormField[]): FormInput => ({ kind: 'group', fields });
const words: FormInput = { kind: 'text', format: null };
const must = { required: true };

async function open(): Promise<void> {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await shown();
  await press('g');
  await press('e');
  await shown();
}

async function catalog(kinds: EventKind[], state: CatalogState = { kind: 'known' }): Promise<void> {
  backend.tell({ is: 'catalog', value: { state, kinds, more: 0 } });
  await shown();
}

/** A kind is chosen, and has a form of these fields. */
async function formed(...fields: FormField[]): Promise<void> {
  await catalog([kind(TYPE), kind('OTHER', { emitted: false })]);
  await fireEvent.click(screen.getByRole('button', { name: /Name of TICKET_ASSIGNED/ }));
  backend.tell({ is: 'eventForm', value: { eventType: TYPE, root: field('', group(fields), must) } });
  await shown();
  backend.taken();
}

const control = (path: string) => screen.getByTestId(`field-of-event-${path}`);

const type = async (path: string, value: string): Promise<void> => {
  await fireEvent.input(control(path), { target: { value } });
  await shown();
};

const node = (path: string): HTMLElement => {
  const found = screen.getAllByTestId('events-node').find((each) => each.dataset['path'] === path);
  if (!found) throw new Error(`no field ${path}`);
  return found;
};

const wrong = () =>
  screen
    .getAllByTestId('events-node')
    .filter((each) => each.dataset['wrong'] === 'true')
    .map((each) => each.dataset['path']);

const sent = () =>
  backend.taken().filter((each): each is Extract<Command, { do: 'simulate' }> => each.do === 'simulate');

async function send(): Promise<Extract<Command, { do: 'simulate' }> | undefined> {
  await fireEvent.click(screen.getByTestId('events-send'));
  await shown();
  return sent()[0];
}

async function becomes(fate: SimulationFate, attempt: number): Promise<void> {
  backend.tell({ is: 'simulation', value: { attempt, eventType: TYPE, fate } });
  await shown();
}

describe('the catalogue (EV-1)', () => {
  beforeEach(open);

  it('is asked for when the screen opens, and no longer when it closes', async () => {
    expect(backend.sent).toContainEqual({ do: 'openEvents' });
    expect(screen.getAllByTestId('waiting')).not.toHaveLength(0);
    await press('g');
    await press('b');
    expect(backend.sent).toContainEqual({ do: 'closeEvents' });
  });

  it.each<[CatalogState, RegExp]>([
    [{ kind: 'offline' }, /Not connected/],
    [{ kind: 'signedOut' }, /Not signed in/],
    [{ kind: 'forbidden' }, /Not for your role/],
    [{ kind: 'missing' }, /This server has no events/],
    [{ kind: 'failed', reason: 'Not today.' }, /could not say.*Not today\./s],
  ])('says why it is not there: %o', async (state, said) => {
    await catalog([], state);
    expect(screen.getByTestId('events-catalog').textContent).toMatch(said);
    backend.taken();
    await fireEvent.click(screen.getByTestId('events-retry'));
    expect(backend.taken()).toEqual([{ do: 'openEvents' }]);
  });

  it('is searched by type, name, domain and sentence, and by who tells it', async () => {
    await catalog([
      kind(TYPE),
      kind('INVOICE_SENT', { domain: 'Billing', about: 'It went out.', emitted: false }),
    ]);
    const lines = () => screen.queryAllByTestId('events-list-line').map((line) => line.dataset['key']);
    for (const wanted of ['invoice_s', 'billing', 'went out', 'name of INVOICE']) {
      await fireEvent.input(screen.getByTestId('events-search'), { target: { value: wanted } });
      await shown();
      expect(lines(), wanted).toEqual(['INVOICE_SENT']);
    }
    expect(screen.getByTestId('events-total').textContent).toBe('1 of 2');
    await fireEvent.input(screen.getByTestId('events-search'), { target: { value: 'nothing like it' } });
    await shown();
    expect(screen.getByTestId('events-catalog').textContent).toContain('No event matches');
    await fireEvent.click(screen.getByText('Show all events'));
    await fireEvent.click(screen.getByLabelText('Sent by the server'));
    await shown();
    expect(lines()).toEqual([TYPE]);
  });

  it('is walked and chosen from with the keyboard alone', async () => {
    await catalog([kind('FIRST'), kind(TYPE)]);
    expect(document.activeElement, 'it leads').toBe(screen.getByTestId('events-list'));
    await press('ArrowDown');
    await press('Enter');
    await shown();
    expect(backend.sent).toContainEqual({ do: 'chooseEvent', eventType: TYPE });
    expect(document.activeElement).toBe(screen.getByTestId('events-panel'));
  });
});

describe('the form (EV-5)', () => {
  beforeEach(open);

  it('sends what must be given as its example says, and leaves the rest out', async () => {
    await formed(
      field('ticketId', { kind: 'text', format: 'uuid' }, { ...must, example: 'an-id' }),
      field('count', { kind: 'number', whole: true, least: 0, most: null }, { ...must, example: 1 }),
      field('is', { kind: 'oneOf', choices: [true] }, { ...must, example: true }),
      field('flag', { kind: 'flag' }, { ...must, example: false }),
      field('any', { kind: 'json', why: 'anything' }, { ...must, example: {} }),
      field('note', words),
      field('size', { kind: 'number', whole: false, least: null, most: null }),
      field('occurredAt', { kind: 'text', format: 'date-time' }, { filledByServer: true }),
    );
    expect(node('occurredAt').textContent).toContain('the server fills it in');
    expect((await send())?.payload).toEqual({ ticketId: 'an-id', count: 1, is: true, flag: false, any: {} });
  });

  it('sends every kind of field as it was filled in, and what is no number as it was typed', async () => {
    await formed(
      field('note', words),
      field('size', { kind: 'number', whole: false, least: null, most: null }),
      field('count', { kind: 'number', whole: true, least: null, most: null }),
      field('flag', { kind: 'flag' }),
      field('any', { kind: 'json', why: 'unknown' }),
      field('maybe', words, { nullable: true }),
    );
    await type('note', 'x');
    await type('size', '1.5');
    await type('count', 'many');
    await fireEvent.click(within(control('flag')).getByLabelText('true'));
    await type('any', '[1, {"a": null}]');
    await fireEvent.click(screen.getByTestId('field-of-event-maybe-null'));
    await shown();
    expect((await send())?.payload).toEqual({
      note: 'x',
      size: 1.5,
      count: 'many',
      flag: true,
      any: [1, { a: null }],
      maybe: null,
    });
    expect(node('any').textContent).toContain('cannot be drawn');
  });

  it('draws groups and lists, and sends those that were added', async () => {
    const address = group([field('email', words, { ...must, example: 'a@b' }), field('name', words)]);
    await formed(
      field('from', address, must),
      field('to', { kind: 'list', of: field('', address, must), least: 1 }, must),
      field('cc', { kind: 'list', of: field('', words, must), least: 0 }),
      field('extra', group([field('n', words, { ...must, example: 'y' })])),
    );
    await type('from.email', 'c@d');
    await fireEvent.click(screen.getByTestId('field-of-event-to-add'));
    await shown();
    await type('to.1.email', 'e@f');
    expect((await send())?.payload).toEqual({
      from: { email: 'c@d' },
      to: [{ email: 'a@b' }, { email: 'e@f' }],
    });
    await fireEvent.click(screen.getByLabelText('Remove 1'));
    for (const part of ['cc', 'extra']) {
      const give = screen.getByTestId(`field-of-event-${part}-give`);
      give.focus();
      await fireEvent.click(give);
      await shown();
      expect(node(part).contains(document.activeElement), 'the keyboard stays there').toBe(true);
    }
    expect((await send())?.payload).toEqual({
      from: { email: 'c@d' },
      to: [{ email: 'e@f' }],
      cc: [''],
      extra: { n: 'y' },
    });
  });

  it('sends no text that is no JSON, and says where it stands', async () => {
    await formed(field('any', { kind: 'json', why: 'anything' }), field('note', words));
    await type('any', '{');
    expect(await send()).toBeUndefined();
    expect(wrong()).toEqual(['any']);
    await type('any', '{}');
    expect((await send())?.payload).toEqual({ any: {} });
  });

  it('is one text where the schema cannot be drawn, which must be an object', async () => {
    await formed();
    await fireEvent.click(screen.getByRole('button', { name: /Name of OTHER/ }));
    const root = field('', { kind: 'json', why: 'tooMuch' }, must);
    backend.tell({ is: 'eventForm', value: { eventType: 'OTHER', root } });
    await shown();
    await type('', '[1]');
    expect(await send()).toBeUndefined();
    expect(node('').textContent).toContain('no JSON object');
    await type('', '{"a": 1}');
    expect((await send())?.payload).toEqual({ a: 1 });
  });

  it('shows what is wrong at the field that the path names, or at the nearest around it', async () => {
    await formed(
      field('ticketId', words, { ...must, example: 'x' }),
      field(
        'to',
        { kind: 'list', of: field('', group([field('email', words, must)]), must), least: 1 },
        must,
      ),
      field('extra', group([field('n', words, must)])),
      field('any', { kind: 'json', why: 'anything' }),
    );
    const attempt = (await send())?.attempt ?? 0;
    const faults = [
      { path: ['ticketId'], message: 'No id.' },
      { path: ['to', '0', 'email'], message: 'No address.' },
      { path: ['extra', 'n'], message: 'Missing.' },
      { path: ['any', 'deep', '0'], message: 'Too deep.' },
      { path: ['tenantId'], message: 'Not yours.' },
    ];
    await becomes({ kind: 'refused', reason: 'Validation failed', faults }, attempt);
    expect(node('ticketId').textContent).toContain('No id.');
    expect(control('ticketId').getAttribute('aria-invalid')).toBe('true');
    expect(node('to.0.email').textContent).toContain('No address.');
    expect(node('extra').textContent, 'it is not drawn').toContain('n: Missing.');
    expect(node('any').textContent).toContain('deep › 0: Too deep.');
    expect(node('').firstElementChild?.textContent).toContain('tenantId: Not yours.');
    expect(wrong()).toEqual(['', 'ticketId', 'to.0.email', 'extra', 'any']);
  });
});

describe('what becomes of an event (EV-5)', () => {
  beforeEach(async () => {
    await open();
    await formed(field('note', words, { ...must, example: 'x' }));
  });

  it('has one number however often it is pressed, and another one when it is changed', async () => {
    const first = await send();
    const again = await send();
    expect(again?.attempt).toBe(first?.attempt);
    await becomes({ kind: 'sending' }, first?.attempt ?? 0);
    expect(screen.getByTestId('events-send')).toHaveProperty('disabled', true);
    await becomes({ kind: 'unanswered' }, first?.attempt ?? 0);
    expect((await send())?.attempt, 'the same again is the same event').toBe(first?.attempt);
    await becomes({ kind: 'unanswered' }, first?.attempt ?? 0);
    await type('note', 'y');
    expect((await send())?.attempt).not.toBe(first?.attempt);
  });

  it('is sent from any field with Ctrl and Enter', async () => {
    control('note').focus();
    await press('Enter', { ctrlKey: true });
    expect(sent()).toHaveLength(1);
  });

  it('is shown as told and arrived with its name and mark, and no other press sends it again', async () => {
    const attempt = (await send())?.attempt ?? 0;
    await becomes({ kind: 'told', event: 'e-1' }, attempt);
    expect(screen.getByTestId('events-outcome').textContent).toContain('Waiting for it');
    const entry = {
      place: 7,
      event: 'e-1',
      at: 0,
      simulated: true,
      actor: 'Nora Berg',
      idempotencyKey: 'k-1',
    };
    backend.tell({
      is: 'eventLog',
      value: { eventType: TYPE, state: { kind: 'known' }, events: [{ ...entry, payload: '{"a": "<b>"}' }] },
    });
    await becomes({ kind: 'arrived', event: 'e-1', at: 0, simulated: true }, attempt);
    expect(screen.getByTestId('events-told').textContent).toBe('e-1');
    expect(screen.getByTestId('events-outcome').textContent).toContain('simulated');
    expect(screen.getByTestId('events-entry').textContent).toMatch(
      /just sent.*simulated.*Nora Berg.*k-1.*no\. 7/s,
    );
    expect(screen.getByTestId('events-entry').querySelector('b'), 'its words are words').toBeNull();
    expect(await send(), 'it is told').toBeUndefined();
    await fireEvent.click(screen.getByTestId('events-another'));
    await shown();
    expect((await send())?.attempt).toBeGreaterThan(attempt);
  });

  it.each<[SimulationFate, RegExp]>([
    [{ kind: 'notSent', why: 'offline' }, /not kept for later/],
    [{ kind: 'notSent', why: 'tooLarge' }, /larger than 48 KiB/],
    [{ kind: 'refused', reason: 'Not for you.', faults: [] }, /Not for you\./],
    [{ kind: 'notSeen', event: 'e-1', seconds: 15 }, /not in the server’s log after 15 s/],
  ])('is said plainly: %o', async (fate, said) => {
    await becomes(fate, (await send())?.attempt ?? 0);
    expect(screen.getByTestId('events-outcome').textContent).toMatch(said);
  });

  it('stays filled in while somebody looks elsewhere', async () => {
    await type('note', 'half a thought');
    await press('g');
    await press('b');
    await press('g');
    await press('e');
    await shown();
    backend.tell({
      is: 'eventForm',
      value: { eventType: TYPE, root: field('', group([field('note', words, must)]), must) },
    });
    await shown();
    expect(control('note')).toHaveProperty('value', 'half a thought');
  });
});

describe('the made-up server', () => {
  it('refuses what is no id at its field, and shows what it takes in its log', async () => {
    vi.useFakeTimers();
    localStorage.clear();
    render(ConsoleView, { backend: new ScriptedBackend('calm') });
    const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);
    await passes(50);
    await press('g');
    await press('e');
    await passes(50);
    await fireEvent.click(screen.getByRole('button', { name: /Ticket Approval Requested/ }));
    await passes(50);
    await type('ticketId', 'no id');
    await fireEvent.click(screen.getByTestId('events-send'));
    await passes(400);
    expect(wrong()).toEqual(['ticketId']);
    await fireEvent.click(screen.getByTestId('events-anew'));
    await fireEvent.click(screen.getByTestId('events-send'));
    await passes(1500);
    expect(screen.getByTestId('events-outcome').dataset['fate']).toBe('arrived');
    expect(screen.getByTestId('events-entry').dataset['simulated']).toBe('true');
    vi.useRealTimers();
  });
});
