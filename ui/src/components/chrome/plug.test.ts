import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordingBackend } from '../../test/backend';
import ConsoleView from '../views/ConsoleView.svelte';

let backend: RecordingBackend;

async function told(plug: boolean | null): Promise<void> {
  const value = { profiles: [], active: null, attempt: null, keys: { in: 'keyring' }, plug } as const;
  backend.tell({ is: 'profiles', value: { ...value, profiles: [] } });
  await tick();
}

beforeEach(async () => {
  localStorage.clear();
  backend = new RecordingBackend();
  render(ConsoleView, { backend });
  await tick();
});

describe('the plug of the company inside the program (CO-1)', () => {
  it('is nowhere else', async () => {
    expect(screen.queryByTestId('plug')).toBeNull();
    await told(null);
    expect(screen.queryByTestId('plug')).toBeNull();
  });

  it('is pulled and put back, and says which of it a press does', async () => {
    await told(true);
    const plug = screen.getByTestId('plug');
    expect(plug.textContent).toContain('Pull the plug');
    await fireEvent.click(plug);
    expect(backend.asked.at(-1)).toEqual({ do: 'plug', isIn: false });
    await told(false);
    expect(plug.textContent).toContain('Put the plug back');
    await fireEvent.click(plug);
    expect(backend.asked.at(-1)).toEqual({ do: 'plug', isIn: true });
  });
});
