// One JSON object per line: commands in, events out.
import { createInterface } from 'node:readline';

export function say(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Carries out commands by their `do`; ends with the pipe, so that no script outlives its test. */
export function obey(commands) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const command = JSON.parse(line);
    commands[command.do](command);
  });
  lines.on('close', () => process.exit(0));
}
