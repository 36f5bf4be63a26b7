import { isAbort } from '../errors/abort.ts';
import { ConnectorError, configError, messageOf } from '../errors/connector-error.ts';
import type { SourceOutput } from '../protocol/connector.ts';
import { type MessageWriter, messageWriter } from '../protocol/lines/ndjson.ts';
import { traceError } from '../protocol/make-message.ts';
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
    if (writer.failed) return 1;
    const told = asConnectorError(error);
    process.stderr.write(`${mask.text(told.message)}\n`);
    await writer.write(mask.output(traceError(told)));
  }
  return (await ended(writer)) && !failed ? 0 : 1;
}

/** Whether all was written. Where not, main says so, as for every command. */
async function ended(writer: MessageWriter): Promise<boolean> {
  try {
    await writer.end();
    return true;
  } catch (error) {
    if (writer.failed) return false;
    throw error;
  }
}

/** A wrong command line of an Airbyte command: the platform reads stdout, so it is told there too. */
export async function answerUsageError(message: string): Promise<void> {
  const writer = messageWriter(process.stdout);
  await writer.write(traceError(configError(message.replace(/^error: /, ''))));
  await ended(writer);
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

/** An error that came as a message is told on stderr too: whether the output was one. */
function report(output: SourceOutput, mask: Mask): boolean {
  if (output.type !== 'TRACE' || output.trace.type !== 'ERROR') return false;
  process.stderr.write(`${mask.text(output.trace.error?.message ?? 'Unknown error.')}\n`);
  return true;
}
