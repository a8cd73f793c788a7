import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommentsView } from '../../bridge/generated';
import type { RecordingBackend } from '../../test/backend';
import { DRAFT_AFTER_MS } from '../../state/typing.svelte';
import { row, ticket, title } from '../../test/shapes';
import { comment, pending, press, shown, talk, windowAt } from '../../test/work';

let backend: RecordingBackend;

async function open(id: string): Promise<void> {
  const line = screen.getAllByTestId('row').find((element) => element.dataset['ticket'] === id);
  if (line) await fireEvent.click(line);
  backend.tell({ is: 'ticket', value: ticket(id, [title()]) });
  await shown();
}

async function told(view: CommentsView): Promise<void> {
  backend.tell({ is: 'comments', value: view });
  await shown();
}

const box = () => screen.getByTestId<HTMLTextAreaElement>('composer-text');
const said = () => backend.taken().filter(({ do: what }) => what !== 'draftComment');
const type = (words: string) => fireEvent.input(box(), { target: { value: words } });

beforeEach(async () => {
  backend = await windowAt('board');
  const lines = [row('a'), row('b')];
  backend.tell({
    is: 'board',
    value: { view: 'main', rev: 1, change: { kind: 'reset', total: 2, first: 0, lines } },
  });
  await shown();
  await open('a');
  backend.taken();
});

describe('what is said on a ticket (CO-3)', () => {
  it('has the latest on top, ours that is not confirmed above it', async () => {
    const mine = pending('p1', 'Third', { kind: 'queued' });
    await told(talk('a', [comment('c1', 'First'), comment('c2', 'Second')], { pending: [mine] }));
    const words = within(screen.getByTestId('talk')).getAllByTestId('words');
    expect(words.map((element) => element.textContent)).toEqual(['Third', 'Second', 'First']);
  });

  it('is words, whatever stands in them (CO-23)', async () => {
    const hostile = '<img src=x onerror=alert(1)> مرحبا 😀';
    await told(talk('a', [comment('c1', hostile, { by: hostile })]));
    expect(screen.getByTestId('words').textContent).toBe(hostile);
    expect(document.querySelector('img')).toBeNull();
  });

  it('says who reads it, what it answers, and what was taken away', async () => {
    const answer = comment('c2', 'Yes', { answers: 'c1', visibility: 'public' });
    const gone = comment('c3', '', { gone: true });
    await told(talk('a', [comment('c1', 'Is it done?'), answer, gone]));
    const all = screen.getAllByTestId('comment').map((element) => element.textContent);
    expect(all[0]).toContain('This comment was taken away.');
    expect(all[1]).toMatch(/customer reads this.*answers Bob Kessler: Is it done\?/s);
    expect(all[2]).toContain('internal');
  });

  it('waits, is empty, or has more further back, and says which', async () => {
    const here = screen.getByTestId('talk');
    expect(within(here).getByTestId('waiting')).toBeTruthy();
    await told(talk('a', []));
    expect(here.textContent).toContain('Nothing has been said yet.');
    await told(talk('a', [comment('c1', 'First')], { older: 'more' }));
    backend.taken();
    await fireEvent.click(screen.getByTestId('comments-older'));
    expect(backend.taken()).toEqual([{ do: 'moreComments', ticket: 'a' }]);
  });

  it('keeps a refused one with its reason, to be sent again or discarded', async () => {
    const state = { kind: 'refused', reason: 'The ticket is closed.' } as const;
    await told(talk('a', [], { pending: [pending('p1', 'Hello', state)] }));
    const here = screen.getByTestId('pending');
    expect(here.textContent).toContain('The ticket is closed.');
    backend.taken();
    await fireEvent.click(within(here).getByText('Send again'));
    await fireEvent.click(within(here).getByText('Discard'));
    await fireEvent.click(within(here).getByText('Discard for good?'));
    expect(backend.taken()).toEqual([
      { do: 'retryComment', saying: 'p1' },
      { do: 'dropComment', saying: 'p1' },
    ]);
  });
});

describe('writing one', () => {
  it('is begun by R, sent by Ctrl and Enter, for colleagues only unless it is said otherwise', async () => {
    await press('r');
    await shown();
    expect(document.activeElement).toBe(box());
    await type('Checked the switch.');
    await press('Enter');
    expect(said(), 'a bare Enter is a new line').toEqual([]);
    await press('Enter', { ctrlKey: true });
    await shown();
    expect(said()).toEqual([
      { do: 'comment', ticket: 'a', text: 'Checked the switch.', visibility: 'internal' },
    ]);
    expect(box().value).toBe('');
  });

  it('goes to the customer once that is chosen', async () => {
    await fireEvent.click(within(screen.getByTestId('composer-visibility')).getByLabelText('Customer'));
    await type('On our way.');
    await fireEvent.click(screen.getByTestId('composer-send'));
    expect(said()).toEqual([{ do: 'comment', ticket: 'a', text: 'On our way.', visibility: 'public' }]);
  });

  it('says nothing where nothing is written', async () => {
    await type('   ');
    await fireEvent.click(screen.getByTestId('composer-send'));
    expect(said()).toEqual([]);
  });

  it('keeps the words while another ticket is looked at, each ticket its own', async () => {
    await type('Half a sen');
    await open('b');
    expect(box().value).toBe('');
    await type('Other words');
    await open('a');
    expect(box().value).toBe('Half a sen');
  });

  it('hands the words over while they are typed, and says when they are on disk (CO-14)', async () => {
    vi.useFakeTimers();
    await type('Half');
    await type('Half a word');
    expect(backend.taken()).toEqual([]);
    vi.advanceTimersByTime(DRAFT_AFTER_MS);
    vi.useRealTimers();
    const draft = { text: 'Half a word', visibility: 'internal' } as const;
    expect(backend.taken()).toEqual([{ do: 'draftComment', ticket: 'a', ...draft }]);
    expect(screen.getByTestId('composer-kept').dataset['kept']).toBe('false');
    backend.tell({ is: 'composer', value: { ticket: 'a', draft: { ...draft, kept: true } } });
    await shown();
    expect(screen.getByTestId('composer-kept').textContent).toContain('Draft kept');
  });

  it('shows what was left in it by the last run, and lets no late answer eat letters', async () => {
    const old = { text: 'From yesterday', visibility: 'public', kept: true } as const;
    backend.tell({ is: 'composer', value: { ticket: 'a', draft: old } });
    await shown();
    expect(box().value).toBe('From yesterday');
    await type('From yesterday, and');
    backend.tell({ is: 'composer', value: { ticket: 'a', draft: old } });
    await shown();
    expect(box().value).toBe('From yesterday, and');
  });

  it('keeps the words where they did not reach the program', async () => {
    await type('Hello');
    backend.refusal = { code: 'notRunning', message: 'the console has ended' };
    await press('Enter', { ctrlKey: true });
    box().focus();
    await press('Enter', { ctrlKey: true });
    await shown();
    expect(box().value).toBe('Hello');
    expect(screen.getByTestId('notice').textContent).toContain('the console has ended');
  });

  it('leaves the words where they are when Escape leaves the box, and the ticket open', async () => {
    box().focus();
    await type('Half');
    await press('Escape');
    expect(box().value).toBe('Half');
    expect(screen.getByTestId('ticket')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByTestId('ticket'));
  });

  it('is not overwritten by what is told meanwhile, nor loses the focus to it (CO-10)', async () => {
    box().focus();
    await type('Half');
    await told(talk('a', [comment('c1', 'News')]));
    expect(box().value).toBe('Half');
    expect(document.activeElement).toBe(box());
  });
});
