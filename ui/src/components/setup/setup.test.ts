import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Attempt, KeyPlace, ProfileView } from '../../bridge/generated';
import { RecordingBackend } from '../../test/backend';
import ConsoleView from '../views/ConsoleView.svelte';

let backend: RecordingBackend;

async function shown(): Promise<void> {
  await tick();
  await tick();
}

async function told(
  attempt: Attempt | null,
  profiles: ProfileView[] = [],
  keys: KeyPlace = { in: 'keyring' },
): Promise<void> {
  backend.tell({ is: 'profiles', value: { profiles, active: null, attempt, keys, plug: null } });
  await shown();
}

async function fill(part: Record<string, string>): Promise<void> {
  for (const [mark, value] of Object.entries(part))
    await fireEvent.input(screen.getByTestId(`connect-${mark}`), { target: { value } });
}

const KEY = 'cb_0123456789';
const error = (mark: string): string => {
  const about = screen.getByTestId(`connect-${mark}`).getAttribute('aria-describedby');
  return (about && document.getElementById(about)?.textContent) || '';
};

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  backend.tell({ is: 'setup', value: { code: 'firstStart', message: '' } });
  await shown();
});

describe('the first start (CO-1)', () => {
  it('reads who we were before, and offers two ways in', async () => {
    expect(backend.asked).toEqual([{ do: 'readProfiles' }]);
    await fireEvent.click(screen.getByTestId('try-here'));
    expect(backend.asked.at(-1)).toEqual({ do: 'tryHere' });
  });

  it('connects with what was typed, and with no tenant where none was', async () => {
    const connect = screen.getByTestId('connect') as HTMLButtonElement;
    expect(connect.disabled, 'nothing to connect with yet').toBe(true);
    await fill({ server: ' https://desk.example.com ', key: ` ${KEY}\n` });
    expect(connect.disabled).toBe(false);
    await fireEvent.submit(connect.closest('form') as HTMLFormElement);
    expect(backend.asked.at(-1)).toEqual({
      do: 'connect',
      server: 'https://desk.example.com',
      tenant: null,
      key: KEY,
    });
    await told({ state: 'checking' });
    expect(connect.disabled, 'once is enough').toBe(true);
    expect(connect.textContent).toContain('Checking');
  });

  it.each([
    ['unreachable', 'server', /Nobody answers/],
    ['notAServer', 'server', /no server of tickets/],
    ['keyRefused', 'key', /does not accept/],
  ] as const)('says at the field that is to blame why it came to nothing: %s', async (code, mark, words) => {
    await fill({ server: 'https://desk.example.com', key: KEY });
    await fireEvent.submit(screen.getByTestId('connect').closest('form') as HTMLFormElement);
    await told({ state: 'failed', code, message: 'Details.' });
    expect(error(mark)).toMatch(words);
    expect(screen.getByTestId(`connect-${mark}`).getAttribute('aria-invalid')).toBe('true');
    await fill({ [mark]: 'another' });
    expect(error(mark), 'what is typed now did not fail').not.toMatch(words);
  });

  it('keeps no key that is no good, and shows none (CO-23)', async () => {
    await fill({ server: 'https://desk.example.com', key: KEY });
    const box = screen.getByTestId('connect-key') as HTMLInputElement;
    expect(box.type).toBe('password');
    await fireEvent.submit(box.form as HTMLFormElement);
    await told({ state: 'failed', code: 'keyRefused', message: '' });
    expect(box.value).toBe('');
    expect(document.documentElement.outerHTML).not.toContain(KEY);
    expect(JSON.stringify({ ...localStorage })).not.toContain(KEY);
  });

  it('says what no field can be blamed for above both ways', async () => {
    await told({ state: 'failed', code: 'machine', message: 'The disk is full.' });
    expect(screen.getByTestId('setup-trouble').textContent).toContain('The disk is full.');
  });

  it('says where the key goes, and when it goes nowhere', async () => {
    await told(null);
    expect(error('key')).toContain('keyring of this machine');
    await told(null, [], { in: 'memory', reason: 'no service' });
    expect(error('key')).toContain('asked for again');
  });

  it('asks for the key again where it is gone, and not where that would not help', async () => {
    backend.tell({ is: 'setup', value: { code: 'missingKey', message: 'It is not in the keyring.' } });
    await shown();
    expect(screen.getByTestId('setup').textContent).toContain('It is not in the keyring.');
    expect(screen.getByTestId('connect-key')).toBeTruthy();
    backend.tell({ is: 'setup', value: { code: 'profileInUse', message: '' } });
    await shown();
    expect(screen.queryByTestId('connect-key')).toBeNull();
  });

  it('goes back to who we were before', async () => {
    const profile = { id: 'p-1', kind: 'here', server: '', tenant: null, user: 'Nora' } as const;
    await told(null, [profile]);
    const button = await waitFor(() => screen.getByTestId('use-profile'));
    expect(button.textContent).toContain('On this machine');
    await fireEvent.click(button);
    expect(backend.asked.at(-1)).toEqual({ do: 'useProfile', profile: 'p-1' });
  });

  it('forgets somebody only when asked twice', async () => {
    const profile = { id: 'p-1', kind: 'server', server: 'https://x', tenant: null, user: 'Nora' } as const;
    await told(null, [profile]);
    const asked = backend.asked.length;
    await fireEvent.click(screen.getByTestId('forget-profile'));
    expect(backend.asked, 'it only asks whether it is meant').toHaveLength(asked);
    expect(screen.getByTestId('forget-profile').textContent).toContain('not sent');
    await fireEvent.click(screen.getByTestId('forget-profile'));
    expect(backend.asked.at(-1)).toEqual({ do: 'forgetProfile', profile: 'p-1' });
  });
});
