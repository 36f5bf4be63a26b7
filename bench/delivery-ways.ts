import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, Sink } from './measure.ts';
import { catalogOf, writeStream } from './other-streams.ts';
import { peopleCatalog, writePeople } from './people.ts';
import { makePeopleWarehouse } from './people-warehouse.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const main = here('../dist/main.js');
const node = process.execPath;
const python = process.env.DLT_PYTHON ?? join(homedir(), '.cache/nexus-customer-io/bench-dlt/bin/python');

/** Whether dlt can be a peer here. */
export const hasDlt = existsSync(python);

export interface Sizes {
  readonly people: number;
  readonly rounds: number;
  /** How many times as many people the long runs have: they show speed without the start, and memory. */
  readonly times: number;
}

export interface Way extends Job {
  /** Slow peers run once. */
  readonly rounds: number;
}

const emptyStreams = { events: [], objects: [], relationships: [] };

/** Inputs, catalogs and warehouses, which do not depend on the server. */
export async function writeInputs(folder: string, { people, times }: Sizes): Promise<void> {
  await writePeople(join(folder, 'people.ndjson'), people);
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(peopleCatalog));
  for (const stream of ['relationships', 'events'] as const) {
    await writeStream(join(folder, `${stream}.ndjson`), stream, people);
    await writeFile(join(folder, `${stream}-catalog.json`), JSON.stringify(catalogOf(stream)));
  }
  await makePeopleWarehouse(join(folder, 'people.duckdb'), people);
  await makePeopleWarehouse(join(folder, 'many.duckdb'), people * times);
}

/** Configurations that name the server. */
export async function writeConfigs(folder: string, { port }: Sink): Promise<void> {
  const common = { endpoint: `http://127.0.0.1:${port}`, max_requests_per_second: 1000 };
  const track = { ...common, site_id: 's', api_key: 'k' };
  await writeFile(join(folder, 'config.json'), JSON.stringify(track));
  const pipelines = { ...common, api: 'pipelines', write_key: 'k' };
  await writeFile(join(folder, 'pipelines.json'), JSON.stringify(pipelines));
  for (const name of ['people', 'many']) {
    const warehouse = { type: 'duckdb', path: join(folder, `${name}.duckdb`) };
    const source = { warehouse, persons: [{ from: 'relation', name: 'people' }], ...emptyStreams };
    // JSON is YAML. Without a state, each sync is a first one.
    const sync = { source, destination: track, state: join(folder, `${name}-state.json`) };
    await writeFile(join(folder, `${name}.yaml`), JSON.stringify(sync));
  }
}

/** Every way that is measured, by its name in the table. */
export function waysOf(
  folder: string,
  { port }: Sink,
  { people, rounds, times }: Sizes,
): Record<string, Way> {
  const input = join(folder, 'people.ndjson');
  const write = (config: string, catalog: string): string[] => [
    ...[node, main, 'destination', 'write', '--config', join(folder, config)],
    ...['--catalog', join(folder, catalog)],
  ];
  const sync = (name: string): string[] => [node, main, 'sync', '--config', join(folder, `${name}.yaml`)];
  const batch = (inFlight: string): string[] => [node, here('batch-client.ts'), port, inFlight];
  const short = { input, rows: people, rounds };
  const long = { input, rows: people * times, rounds: 1, times };
  const stream = (name: string): Way => ({
    ...short,
    input: join(folder, `${name}.ndjson`),
    command: write('config.json', `${name}-catalog.json`),
  });
  const dlt = hasDlt ? { dlt: { ...short, command: [python, here('dlt-client.py'), port], rounds: 1 } } : {};
  return {
    floor: { ...short, command: [node, here('floor.ts')] },
    write: { ...short, command: write('config.json', 'catalog.json') },
    'write, relationships': stream('relationships'),
    'write, events without a ULID': stream('events'),
    'write, Pipelines API': { ...short, command: write('pipelines.json', 'catalog.json') },
    sync: { command: sync('people'), rows: people, rounds },
    'batch() of 800, ten in flight': { ...short, command: batch('10') },
    'batch() of 800, one in flight': { ...short, command: batch('1'), rounds: 1 },
    ...dlt,
    'floor, many': { ...long, command: [node, here('floor.ts')] },
    'write, many': { ...long, command: write('config.json', 'catalog.json') },
    'sync, many': { command: sync('many'), rows: people * times, rounds: 1 },
  };
}
