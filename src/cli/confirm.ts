import { createInterface } from 'node:readline/promises';
import { configError } from '../errors/connector-error.ts';

/**
 * Asks a person at a terminal for a yes.
 *
 * @throws ConnectorError where nobody can be asked, or the answer is another
 */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw configError(`${question} There is nobody to ask here: add --yes.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `);
    if (!/^y(?:es)?$/i.test(answer.trim())) throw configError('Nothing was changed.');
  } finally {
    lines.close();
  }
}
