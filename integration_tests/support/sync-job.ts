import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { parseStateFile } from '../../src/protocol/parse-catalog.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { type StreamName, streamNames } from '../../src/streams/contract.ts';
import { heldKeys, heldLines, keyOf } from './holdings.ts';
import { type Ended, messagesOf, run, start } from './processes.ts';
import { catalogOf, read } from './reading.ts';

/**
 * A warehouse and what a sync without faults makes of it: the measure of every sync with faults. Some rows are
 * spoiled, so that each run has rejects of both kinds: one person in 50 has an email address that Customer.io
 * refuses (and with it the person's events and relationships), one in 50 a value over its limit.
 */
export interface Calm {
  readonly folder: string;
  readonly warehouse: string;
  /** The keys of all rows in the warehouse. */
  readonly rows: ReadonlyMap<StreamName, ReadonlySet<string>>;
  readonly held: ReadonlySet<string>;
  readonly rejected: ReadonlySet<string>;
}

export interface Job {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly statePath: string;
  /** Writes the sync file: the arguments of `nexus-customer-io`. */
  command(destination?: Settings): Promise<readonly string[]>;
  /** The files that the two connectors take when a platform joins them. */
  connectors(): Promise<{ source: string; destination: string; catalog: string }>;
  /** `--state` and the state file, once there is one. */
  stateArgument(): readonly string[];
  /** Keeps the newest state of each stream of a destination's output, as a platform does. */
  keepStates(stdout: string): Promise<void>;
  /** Starts `sync`; the settings are added to the destination's. */
  start(destination?: Settings): Promise<ChildProcessWithoutNullStreams>;
  run(destination?: Settings): Promise<Ended>;
  /** What differs from the calm run: held and not expected, expected and not held, and the same of rejects. */
  differences(): Promise<Record<string, readonly string[]>>;
  /** Rows that the state file says are done, and that are neither in Customer.io nor on file. */
  aheadOfTruth(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const nothingDiffers = { lost: [], extra: [], unrejected: [], wronglyRejected: [], repeated: [] };

const spoilSql = `
  UPDATE nexus_entities SET email = replace(email, '@', ' @') WHERE entity_type = 'person' AND substr(user_id, -2) IN ('07', '57');
  UPDATE nexus_entities SET city = repeat('x', 1001) WHERE entity_type = 'person' AND substr(user_id, -2) IN ('11', '61');`;

export async function calmRun(scale: number): Promise<Calm & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'));
  const warehouse = join(folder, 'warehouse.duckdb');
  await generateWarehouse(warehouse, { scale });
  await spoil(warehouse);
  const rows = new Map<StreamName, ReadonlySet<string>>();
  for (const stream of streamNames) {
    const found = await read(
      { warehouse: { type: 'duckdb', path: warehouse }, changes: 'cursor' },
      [],
      [stream],
    );
    rows.set(stream, new Set(found.rows.map((row) => keyOf(stream, row))));
  }
  const empty = { folder, warehouse, rows, held: new Set<string>(), rejected: new Set<string>() };
  const job = await syncJob(empty);
  try {
    const { code, stderr } = await job.run();
    if (code !== 0) throw new Error(`The calm run failed: ${stderr}`);
    const held = new Set(heldLines(job.simulator.store));
    const rejected = await rejectedKeys(job.folder);
    return {
      ...empty,
      held,
      rejected,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  } finally {
    await job.close();
  }
}

async function spoil(warehouse: string): Promise<void> {
  const instance = await DuckDBInstance.create(warehouse);
  const connection = await instance.connect();
  await connection.run(spoilSql);
  connection.closeSync();
  instance.closeSync();
}

type Settings = Readonly<Record<string, unknown>>;

/** A job with a state, a rejects folder and a Customer.io of its own, on the warehouse of the calm run. */
export async function syncJob(calm: Calm): Promise<Job> {
  const simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  const folder = await mkdtemp(join(calm.folder, 'job-'));
  const state = join(folder, 'state.json');
  const source = { warehouse: { type: 'duckdb', path: calm.warehouse }, changes: 'cursor' };
  const account = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
  const command = async (destination: Settings = {}): Promise<string[]> => {
    const path = join(folder, 'sync.yaml');
    await writeFile(path, JSON.stringify({ source, destination: { ...account, ...destination }, state }));
    return ['sync', '--config', path];
  };
  const keep = async (name: string, content: unknown): Promise<string> => {
    await writeFile(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const seen = new Map<string, readonly string[]>();
  return {
    simulator,
    folder,
    statePath: state,
    command,
    connectors: async () => ({
      source: await keep('source.json', source),
      destination: await keep('destination.json', { ...account, rejects: join(folder, 'rejects') }),
      catalog: await keep('catalog.json', await configuredCatalog(source)),
    }),
    stateArgument: () => (existsSync(state) ? ['--state', state] : []),
    keepStates: (stdout) => keepStates(stdout, state),
    start: async (destination) => start('nexus-customer-io', await command(destination)),
    run: async (destination) => run('nexus-customer-io', await command(destination)),
    differences: () => differences(calm, simulator, folder),
    aheadOfTruth: () => aheadOfTruth(calm, simulator, folder, state, seen),
    close: () => simulator.close(),
  };
}

async function differences(calm: Calm, { store }: Simulator, folder: string) {
  const held = heldLines(store);
  const rejected = await rejectedKeys(folder);
  const ids = store.events().map(({ id }) => id ?? 'an event without an id');
  return {
    lost: fewOf(calm.held, new Set(held)),
    extra: fewOf(held, calm.held),
    unrejected: fewOf(calm.rejected, rejected),
    wronglyRejected: fewOf(rejected, calm.rejected),
    repeated: ids
      .toSorted()
      .filter((id, index, all) => id === all[index - 1])
      .slice(0, 5),
  };
}

async function aheadOfTruth(
  calm: Calm,
  { store }: Simulator,
  folder: string,
  statePath: string,
  seen: Map<string, readonly string[]>,
): Promise<readonly string[]> {
  const text = await readFile(statePath, 'utf8').catch(() => undefined);
  // Customer.io forgets nothing: the same text need not be judged again.
  if (text === undefined || seen.has(text)) return [];
  seen.set(text, []);
  const states = parseStateFile(text, statePath);
  const keys = heldKeys(store);
  const rejected = await rejectedKeys(folder);
  const ahead: string[] = [];
  for (const stream of streamNames) {
    const state = states.find((each) => each.stream?.stream_descriptor.name === stream);
    if (state === undefined) continue;
    const known = JSON.stringify(state);
    const done = seen.get(known) ?? (await doneRows(calm, stream, state));
    seen.set(known, done);
    ahead.push(...done.filter((key) => !keys.has(key) && !rejected.has(key)));
  }
  return ahead.slice(0, 5);
}

async function configuredCatalog(source: unknown): Promise<unknown> {
  const { streams } = await catalogOf(source);
  return {
    streams: streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
}

/** What follows the last newline is no message: the process may have been stopped in the middle of it. */
async function keepStates(stdout: string, statePath: string): Promise<void> {
  const known = existsSync(statePath) ? parseStateFile(await readFile(statePath, 'utf8'), statePath) : [];
  const messages = messagesOf(stdout.slice(0, stdout.lastIndexOf('\n') + 1));
  const given = messages.flatMap(({ type, state }) =>
    type === 'STATE' ? [state as AirbyteStateMessage] : [],
  );
  const newest = new Map(
    [...known, ...given].map((state) => [state.stream?.stream_descriptor.name ?? '', state]),
  );
  if (newest.size > 0) await writeFile(statePath, JSON.stringify([...newest.values()]));
}

/** The rows that a run with this state would not read. */
async function doneRows(calm: Calm, stream: StreamName, state: AirbyteStateMessage): Promise<string[]> {
  const left = await read(
    { warehouse: { type: 'duckdb', path: calm.warehouse }, changes: 'cursor' },
    [state],
    [stream],
  );
  const leftKeys = new Set(left.rows.map((row) => keyOf(stream, row)));
  return [...(calm.rows.get(stream) ?? [])].filter((key) => !leftKeys.has(key));
}

/** All rejects on file, of all runs. A process that was killed may have left the last line torn. */
export async function rejectedKeys(folder: string): Promise<Set<string>> {
  const rejects = join(folder, 'rejects');
  const keys = new Set<string>();
  for (const name of await readdir(rejects).catch(() => [])) {
    const lines = (await readFile(join(rejects, name), 'utf8')).split('\n');
    // What follows the last newline is no line: a whole one ends with it.
    for (const line of lines.slice(0, -1)) {
      const { stream, record } = JSON.parse(line);
      keys.add(keyOf(stream, record.record.data));
    }
  }
  return keys;
}

function fewOf(these: Iterable<string>, butNot: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const each of these) {
    if (!butNot.has(each)) found.push(each.slice(0, 400));
    if (found.length === 5) break;
  }
  return found;
}
