/**
 * A backend that remembers what it was told and says what the test wants.
 */
import type { Backend } from '../bridge/backend';
import type { Command, ShellCommand, Update } from '../bridge/generated';

export class RecordingBackend implements Backend {
  sent: Command[] = [];
  asked: ShellCommand[] = [];
  /** What every command is answered with, if it is refused. */
  refusal: { code: string; message: string } | null = null;
  #onUpdate: (update: Update) => void = () => undefined;

  async subscribe(onUpdate: (update: Update) => void): Promise<void> {
    this.#onUpdate = onUpdate;
  }

  async send(command: Command): Promise<void> {
    this.sent.push(command);
    if (this.refusal !== null) throw this.refusal;
  }

  async ask(command: ShellCommand): Promise<void> {
    this.asked.push(command);
    if (this.refusal !== null) throw this.refusal;
  }

  tell(update: Update): void {
    this.#onUpdate(update);
  }

  /** What was sent since the last look. */
  taken(): Command[] {
    return this.sent.splice(0);
  }
}
