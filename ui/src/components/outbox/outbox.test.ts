import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutboxItem, OutboxView } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { choice } from '../../test/shapes';
import {
  about,
  conflict,
  needs,
  outbox,
  press,
  refusedComment,
  shown,
  waiting,
  windowAt,
} from '../../test/work';

let backend: RecordingBackend;

async function told(view: OutboxView): Promise<void> {
  backend.tell({ is: 'outbox', value: view });
  await shown();
}

const lines = () => screen.queryAllByTestId('outbox-waiting-line');

beforeEach(async () => {
  backend = await windowAt('outbox');
});

describe('the outbox (CO-5)', () => {
  it('is told while it is open, and no longer', async () => {
    expect(backend.sent).toContainEqual({ do: 'openOutbox' });
    expect(screen.getByTestId('waiting')).toBeTruthy();
    backend.taken();
    await fireEvent.click(screen.getByTestId('go-board'));
    await shown();
    expect(backend.taken()).toContainEqual({ do: 'closeOutbox' });
  });

  it('says that nothing waits', async () => {
    await told(outbox([]));
    expect(screen.getByTestId('outbox').textContent).toContain('Nothing waits');
  });

  it.each([
    ['queued', { kind: 'queued' }, 'Queued'],
    ['sending', { kind: 'sending' }, 'Sending…'],
    ['signIn', { kind: 'signIn' }, 'Waits for sign-in'],
    ['conflict', { kind: 'conflict' }, 'Needs you'],
    ['refused', { kind: 'refused', reason: 'No such status.' }, 'No such status.'],
  ] as const)('shows the exact change and how it stands: %s', async (_, state, words) => {
    await told(outbox([waiting('a', { state })]));
    expect(lines()[0]?.textContent).toMatch(/T-a.*Title of a.*Status.*New.*On hold/s);
    expect(lines()[0]?.textContent).toContain(words);
  });

  it('draws two lines that are about the same, whatever they are named after', async () => {
    const twin = waiting('a', { at: 7 });
    await told(outbox([twin, { ...twin }]));
    expect(lines()).toHaveLength(2);
  });

  it('lists what was sent beneath', async () => {
    const change = { kind: 'comment', saying: 'c1', text: 'Pump replaced.', visibility: 'public' } as const;
    await told(outbox([], { sent: [{ about: about('a'), change, at: Date.now() }] }));
    expect(screen.getByTestId('outbox-sent-line').textContent).toMatch(/T-a.*Reply.*Pump replaced\./s);
  });
});

describe('what can be done with it', () => {
  const at = async (item: OutboxItem): Promise<void> => {
    await told(outbox([item]));
    screen.getByTestId('outbox-waiting').focus();
    backend.taken();
  };

  it('a queued change is discarded, not sent again by hand', async () => {
    await at(waiting('a'));
    await press('r');
    expect(backend.taken()).toEqual([]);
    await press('Delete');
    expect(backend.taken()).toEqual([{ do: 'dropEdit', ticket: 'a', field: 'status_id' }]);
  });

  it('what is on its way is left alone', async () => {
    await at(waiting('a', { state: { kind: 'sending' } }));
    await press('Delete');
    await press('e');
    expect(backend.taken()).toEqual([]);
  });

  it('a refused one is sent again', async () => {
    await at(waiting('a', { state: { kind: 'refused', reason: 'No.' } }));
    await press('r');
    expect(backend.taken()).toEqual([{ do: 'retryEdit', ticket: 'a', field: 'status_id' }]);
  });

  it('one that needs a decision leads to just that decision', async () => {
    backend.tell({ is: 'needs', value: needs([conflict('z'), conflict('a')]) });
    await at(waiting('a', { state: { kind: 'conflict' } }));
    await press('Enter');
    await shown();
    const pointed = document.querySelector('[data-testid="needs-list-line"][data-current]');
    expect(pointed?.getAttribute('data-key')).toBe('a/status_id');
  });

  it('a refused comment is written anew in the place of the old one, which goes when the new one is taken', async () => {
    await at(refusedComment('a', 'c1', 'On our way.'));
    await press('e');
    expect(backend.taken()).toContainEqual({ do: 'openTicket', ticket: 'a' });
    const { ticket, title } = await import('../../test/shapes');
    backend.tell({ is: 'ticket', value: ticket('a', [title()]) });
    await shown();
    const box = screen.getByTestId<HTMLTextAreaElement>('composer-text');
    expect(box.value).toBe('On our way.');
    expect(document.activeElement).toBe(box);
    await fireEvent.input(box, { target: { value: 'Soon there.' } });
    backend.taken();
    await press('Enter', { ctrlKey: true });
    await shown();
    expect(backend.taken()).toEqual([
      { do: 'comment', ticket: 'a', text: 'Soon there.', visibility: 'public' },
      { do: 'dropComment', saying: 'c1' },
    ]);
  });

  it('every line is copied as words that can be read without the program', async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
    const change = {
      kind: 'field',
      field: 'title',
      from: choice('x', 'Old'),
      to: choice('y', 'New'),
    } as const;
    await at(waiting('a', { change }));
    await press('c');
    await shown();
    expect(writeText).toHaveBeenCalledWith('T-a Title of a\nTitle: Old → New');
    expect(within(screen.getByTestId('outbox-waiting')).getByTestId('outbox-copy').dataset['said']).toBe(
      'copied',
    );
    vi.unstubAllGlobals();
  });
});
