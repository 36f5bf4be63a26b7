import type { SourceOutput } from '../protocol/connector.ts';
import { ConnectorError, configError, messageOf } from '../protocol/connector-error.ts';
import { traceError } from '../protocol/make-message.ts';
import { messageWriter } from '../protocol/ndjson.ts';
import type { Mask } from './mask.ts';

/**
 * Prints a connector's messages on stdout and answers with the exit code. stdout is written as a stream and
 * waited for, never with writeSync: a reader that stops would otherwise make the process deaf to SIGTERM.
 */
export async function answer(
  outputs: AsyncIterable<SourceOutput>,
  mask: Mask,
  signal?: AbortSignal,
): Promise<number> {
  endQuietlyWhenReaderLeaves();
  const writer = messageWriter(process.stdout);
  let failed = false;
  try {
    for await (const output of outputs) {
      failed = report(output, mask) || failed;
      await writer.write(mask.output(output));
    }
  } catch (error) {
    if (signal?.aborted === true && isAbort(error)) return 1;
    failed = true;
    const told = asConnectorError(error);
    process.stderr.write(`${mask.text(told.message)}\n`);
    await writer.write(mask.output(traceError(told)));
  }
  await writer.end();
  return failed ? 1 : 0;
}

/** A wrong command line of an Airbyte command: the platform reads stdout, so it is told there too. */
export async function answerUsageError(message: string): Promise<void> {
  endQuietlyWhenReaderLeaves();
  const writer = messageWriter(process.stdout);
  await writer.write(traceError(configError(message.replace(/^error: /, ''))));
  await writer.end();
}

export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const internal = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ConnectorError(`Unexpected fault: ${messageOf(error)}`, {
    failureType: 'system_error',
    internal,
    cause: error,
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** An error that came as a message is told on stderr too: whether the output was one. */
function report(output: SourceOutput, mask: Mask): boolean {
  if (output.type !== 'TRACE' || output.trace.type !== 'ERROR') return false;
  process.stderr.write(`${mask.text(output.trace.error?.message ?? 'Unknown error.')}\n`);
  return true;
}

export function endQuietlyWhenReaderLeaves(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(1);
    throw error;
  });
}
