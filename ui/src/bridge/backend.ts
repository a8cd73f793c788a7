/**
 * The one door between the window and whatever feeds it.
 *
 * **Invariant:** nothing but the generated types passes through it, and nobody beside `bridge/` knows what is behind.
 */
import type { Command, ShellCommand, Update } from './generated';

export interface Backend {
  /** Registers the one listener. Updates come in the order in which they happened. */
  subscribe(onUpdate: (update: Update) => void): Promise<void>;
  /** Hands a command over. Rejects only when it never reached the program. */
  send(command: Command): Promise<void>;
  /** Asks the program around the desk for something. Rejects only when it never reached the program. */
  ask(command: ShellCommand): Promise<void>;
}
