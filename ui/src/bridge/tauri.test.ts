import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, describe, expect, it } from 'vitest';
import { TauriBackend } from './tauri';

afterEach(() => clearMocks());

describe('the door to the program', () => {
  it('subscribes with a channel and sends commands as they are', async () => {
    const calls: { name: string; args: unknown }[] = [];
    mockIPC((name, args) => {
      calls.push({ name, args });
    });
    const backend = new TauriBackend();
    await backend.subscribe(() => undefined);
    await backend.send({ do: 'retryLink' });
    await backend.ask({ do: 'tryHere' });
    expect(calls.map(({ name }) => name)).toEqual(['subscribe', 'send', 'ask']);
    expect(calls[0]?.args).toHaveProperty('updates');
    expect(calls[1]?.args).toEqual({ command: { do: 'retryLink' } });
    expect(calls[2]?.args).toEqual({ command: { do: 'tryHere' } });
  });
});
