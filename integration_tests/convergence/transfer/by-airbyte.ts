import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { customerIoDestination } from '../../../src/destination/destination.ts';
import type { InputLines, SourceOutput } from '../../../src/protocol/connector.ts';
import type { AirbyteStateMessage, ConfiguredAirbyteCatalog } from '../../../src/protocol/messages.ts';
import { withChanges } from '../../../src/source/config.ts';
import { nexusSource } from '../../../src/source/source.ts';
import { catalogOf } from '../../support/reading.ts';
import { type Carrier, fileOf, type Job, snapshotsFile } from './job.ts';
import { away, type Trouble, troubleOf, upTo } from './troubles.ts';

/** A platform that joins `read` and `write` by lines of text, and keeps the states that the destination gives back. */
export const byAirbyte: Carrier = {
  async carry(job) {
    const errors = await transfer(job, { name: 'none' });
    if (errors.length > 0) throw new Error(`The transfer failed: ${errors.join('; ')}`);
  },
  async stumble(job, chance) {
    const trouble = troubleOf(chance);
    await away(job.simulator, trouble, () => transfer(job, trouble));
    return trouble.name;
  },
};

/** All that the source has today, as a platform that discovers before each transfer configures it. */
export async function configuredCatalog(config: unknown): Promise<ConfiguredAirbyteCatalog> {
  const { streams } = await catalogOf(config);
  return {
    streams: streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
}

/** The source's config, where snapshots in a file are named by who runs it. */
export function sourceConfigOf(job: Job): Readonly<Record<string, unknown>> {
  return withChanges(fileOf(job).source, { file: snapshotsFile(job) }, true);
}

/** The errors that the source told. @throws Error of the destination */
async function transfer(job: Job, { sourceFails, destinationDies, isStopped }: Trouble): Promise<string[]> {
  const { destination, statePath } = fileOf(job);
  const states = await keptStates(statePath);
  const { signal, abort } = stopper();
  const config = sourceConfigOf(job);
  const catalog = await configuredCatalog(config);
  const read = nexusSource.read({ config, catalog, state: [...states.values()], signal });
  const errors: string[] = [];
  const input = lines(upTo(upTo(read, sourceFails), isStopped, abort), errors);
  const written = customerIoDestination.write({
    config: destination,
    catalog,
    input,
    signal,
  });
  for await (const message of upTo(written, destinationDies)) {
    if (message.type !== 'STATE') continue;
    states.set(message.state.stream?.stream_descriptor.name ?? '', message.state);
    await writeFile(statePath, JSON.stringify([...states.values()]));
  }
  return errors;
}

function stopper() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

async function keptStates(path: string): Promise<Map<string, AirbyteStateMessage>> {
  const states: AirbyteStateMessage[] = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : [];
  return new Map(states.map((state) => [state.stream?.stream_descriptor.name ?? '', state]));
}

/** What comes over the pipe: the source's messages as text. A source that fails ends it. */
async function* lines(outputs: AsyncIterable<SourceOutput>, errors: string[]): AsyncGenerator<InputLines> {
  try {
    for await (const output of outputs) {
      if (output.type === 'TRACE' && output.trace.error !== undefined)
        errors.push(output.trace.error.message);
      yield { type: 'LINES', lines: output.type === 'RECORD_LINES' ? output.lines : asLine(output) };
    }
  } catch (error) {
    errors.push(String(error));
  }
}

const asLine = (message: unknown): Uint8Array => Buffer.from(`${JSON.stringify(message)}\n`);
