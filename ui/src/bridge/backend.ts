/**
 * The one door between the window and whatever feeds it.
 *
 * **Invariant:** nothing but the generated types passes through it, and nobody beside `bridge/` knows what is behind.
 */
import type { Command, Update } from './generated';

export interface Backend {
  /** Registers the one listener. Updates come in the order in which they happened. */
  subscribe(onUpdate: (update: Update) => void): Promise<void>;
  /** Hands a command over. Rejects only when it never reached the program. */
  send(command: Command): Promise<void>;
}
