/**
 * The program itself, behind Tauri's bridge.
 *
 * **Invariant:** three calls, `subscribe` once, `send` for the desk, `ask` for the program around it; no other capability is ever asked for.
 */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import type { Command, ShellCommand, Update } from './generated';

export class TauriBackend implements Backend {
  async subscribe(onUpdate: (update: Update) => void): Promise<void> {
    const updates = new Channel<Update>();
    updates.onmessage = onUpdate;
    await invoke('subscribe', { updates });
  }

  async send(command: Command): Promise<void> {
    await invoke('send', { command });
  }

  async ask(command: ShellCommand): Promise<void> {
    await invoke('ask', { command });
  }
}
