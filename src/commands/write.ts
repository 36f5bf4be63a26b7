import { openConnector, runVerb } from '../cli/command.ts';
import { readCatalog } from '../cli/files.ts';
import type { Mask } from '../cli/mask.ts';
import { loadDestination } from '../cli/role.ts';
import { keepYoungGenerationSmall } from '../cli/young-generation.ts';
import type { InputLines, LongLine } from '../protocol/connector.ts';
import { readLines } from '../protocol/lines/read-lines.ts';
import type { AirbyteMessage } from '../protocol/messages.ts';
import { withAccountAsLog } from '../sync/report/log-lines.ts';
import { RunRecorder } from '../sync/report/run-recorder.ts';

export interface WritePaths {
  readonly config: string;
  readonly catalog: string;
}

/** Standard input, ended by the signal even while its writer keeps silent. */
async function* linesUntil(signal: AbortSignal, longest: number): AsyncGenerator<InputLines | LongLine> {
  signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  try {
    for await (const lines of readLines(process.stdin, longest)) {
      if (signal.aborted) return;
      yield lines;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    process.stdin.destroy();
  }
}

async function* write(paths: WritePaths, mask: Mask, signal: AbortSignal): AsyncGenerator<AirbyteMessage> {
  const { connector, config } = await openConnector(loadDestination, paths, mask);
  const catalog = await readCatalog(paths.catalog);
  const { parseDestinationConfig } = await import('../destination/config.ts');
  const input = linesUntil(signal, parseDestinationConfig(config).max_line_bytes);
  const run = new RunRecorder({ deliveredBy: 'destination', mask: (text) => mask.text(text) });
  yield* withAccountAsLog(connector.write({ config, catalog, input, signal }), run, signal);
}

export function runWrite(paths: WritePaths): Promise<number> {
  keepYoungGenerationSmall();
  return runVerb((mask, signal) => write(paths, mask, signal));
}
