import { RejectedError } from '../../destination/settlement/verdict.ts';
import { isAbort } from '../../errors/abort.ts';
import { messageOf } from '../../errors/connector-error.ts';
import type { DestinationOutput } from '../../protocol/connector.ts';
import { log } from '../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { summaryJson } from './json.ts';
import type { RunRecorder } from './run-recorder.ts';
import { trafficLine } from './traffic-line.ts';

/** Begins each line of a run under way, so that who reads the log can pick them out or leave them out. */
const progressMark = 'Progress: ';

/**
 * A destination's output as Airbyte takes it: its accounts become log lines, for a person while it works, and at the
 * end, however a run ends that has begun, the line of JSON for a program.
 */
export async function* withAccountAsLog(
  outputs: AsyncIterable<DestinationOutput>,
  run: RunRecorder,
  signal: AbortSignal,
): AsyncGenerator<AirbyteMessage> {
  try {
    for await (const output of outputs) {
      if (output.type !== 'ACCOUNT') yield output;
      else {
        run.delivery(output.account);
        const line = trafficLine(output.account, run.latest?.rate ?? 0);
        yield log('INFO', output.isLast ? line : `${progressMark}${line}`);
      }
    }
  } catch (error) {
    if (!signal.aborted || !isAbort(error)) run.failed(messageOf(error), error instanceof RejectedError);
    yield* closing(run, signal);
    throw error;
  }
  yield* closing(run, signal);
}

/** A destination that gave no account has not begun: its error tells all. */
function* closing(run: RunRecorder, signal: AbortSignal): Generator<AirbyteMessage> {
  if (signal.aborted) run.interrupted();
  if (run.latest !== undefined) yield log('INFO', summaryJson(run.account()));
}
