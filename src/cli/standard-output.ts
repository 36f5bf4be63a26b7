import { setImmediate as turn } from 'node:timers/promises';
import { codeOf, fileFault } from '../errors/file-fault.ts';

let failure: unknown;
let needsReader = true;

/**
 * Takes the place of node's own answer to a standard output that fails, which is a stack trace: a reader that has
 * left (`| head`) ends the command without a word, and anything else is told by {@link outputFailure}.
 */
export function watchStandardOutput(): void {
  process.stdout.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') failure ??= error;
    else if (needsReader) process.exit(1);
  });
}

/** For a command whose work is worth more than what it prints: a reader that leaves does not end it. */
export function outliveReader(): void {
  needsReader = false;
}

/** Why not everything reached standard output, as a line for a person; undefined where it did. */
export async function outputFailure(): Promise<string | undefined> {
  // The streams of files tell of a fault only in the turn after the write.
  await turn();
  return failure === undefined ? undefined : `Standard output cannot be written: ${fileFault(failure)}.`;
}
