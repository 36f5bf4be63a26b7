/**
 * A sync by snapshot, as far as the source has a part in it: nothing new, and 1 % changed, beside a full refresh of the
 * same table and the best statement by hand (a table of keys and hashes, a join, the changed rows as JSON). DuckDB, 17
 * columns. Medians of the rounds; each way in a process of its own.
 *
 *     node bench/snapshot.ts [rows] [rounds]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import type { AirbyteStateMessage } from '../src/protocol/messages.ts';
import { nexusSource } from '../src/source/source.ts';
import { type Aim, aimLine } from './aims.ts';
import { makePeopleWarehouse } from './people-warehouse.ts';
import { answer, type Measured, Meter, measureApart, medianOf } from './reading.ts';

type Way = (path: string) => Promise<Measured>;

const statePath = (path: string): string => `${path}.state.json`;

async function read(
  path: string,
  mode: 'full_refresh' | 'incremental',
  state: readonly AirbyteStateMessage[],
): Promise<{ readonly measured: Measured; readonly states: readonly AirbyteStateMessage[] }> {
  const stream = { name: 'persons', json_schema: {} };
  const request = {
    config: {
      warehouse: { type: 'duckdb', path },
      persons: [{ from: 'relation', name: 'people' }],
      changes: 'snapshot',
    },
    catalog: { streams: [{ stream, sync_mode: mode, destination_sync_mode: 'append' as const }] },
    state,
    signal: new AbortController().signal,
  };
  const states: AirbyteStateMessage[] = [];
  const meter = new Meter();
  for await (const output of nexusSource.read(request)) {
    if (output.type === 'TRACE' && output.trace.type === 'ERROR') throw new Error(JSON.stringify(output));
    if (output.type === 'STATE') states.push(output.state);
    if (output.type === 'RECORD_LINES') meter.add(output.count, output.lines.length);
  }
  return { measured: meter.result, states: states.slice(-1) };
}

const fullRefresh: Way = async (path) => (await read(path, 'full_refresh', [])).measured;

/** Makes the snapshot, and keeps its state for the other ways. */
const first: Way = async (path) => {
  const { measured, states } = await read(path, 'incremental', []);
  await writeFile(statePath(path), JSON.stringify(states));
  return measured;
};

/** The state is not moved, so that each round finds the same. */
const bySnapshot: Way = async (path) => {
  const state = JSON.parse(await readFile(statePath(path), 'utf8'));
  return (await read(path, 'incremental', state)).measured;
};

const hashes = 'SELECT "userId", hash(p) AS hash FROM w.people p';

async function connect(path: string) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`ATTACH '${path}' AS w`);
  await connection.run(`ATTACH '${path}.hand' AS hand`);
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

async function prepareByHand(path: string): Promise<void> {
  const { connection, close } = await connect(path);
  await connection.run(`CREATE TABLE hand.before AS ${hashes}; CHECKPOINT hand`);
  close();
}

const byHand: Way = async (path) => {
  const meter = new Meter();
  const { connection, close } = await connect(path);
  await connection.run(`CREATE OR REPLACE TABLE hand.now AS ${hashes}`);
  const result = await connection.stream(`SELECT to_json(p)::VARCHAR FROM w.people p WHERE "userId" IN (
SELECT "userId" FROM hand.now ANTI JOIN hand.before USING ("userId", hash)) ORDER BY "timestamp", "userId"`);
  for await (const rows of result.yieldRows()) {
    for (const [line] of rows) meter.add(1, String(line).length);
  }
  close();
  return meter.result;
};

async function change(path: string): Promise<void> {
  const { connection, close } = await connect(path);
  await connection.run(`UPDATE w.people SET plan = 'other' WHERE visits % 100 = 7; CHECKPOINT w`);
  close();
}

const ways: Readonly<Record<string, Way>> = {
  'full refresh': fullRefresh,
  'by hand, 1 % changed': byHand,
  'snapshot, first': first,
  'snapshot, nothing new': bySnapshot,
  'snapshot, 1 % changed': bySnapshot,
};

const self = fileURLToPath(import.meta.url);

async function roundsOf(
  path: string,
  rounds: number,
  names: readonly string[],
): Promise<[string, Measured][]> {
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const way of names) {
      measured.set(way, [...(measured.get(way) ?? []), await measureApart(self, ['read', way, path])]);
    }
  }
  return [...measured].map(([way, results]) => [way, medianOf(results)]);
}

function tellAims(found: ReadonlyMap<string, Measured>): void {
  const ratio = (way: string, other: string, figure: 'seconds' | 'cpu'): number =>
    (found.get(way)?.[figure] ?? Number.NaN) / (found.get(other)?.[figure] ?? Number.NaN);
  const changed = 'snapshot, 1 % changed';
  const aims: readonly Aim[] = [
    {
      what: '1 % changed: time of a full refresh',
      ratio: ratio(changed, 'full refresh', 'seconds'),
      atMost: 0.5,
    },
    {
      what: '1 % changed: time of by hand',
      ratio: ratio(changed, 'by hand, 1 % changed', 'seconds'),
      atMost: 1.3,
    },
    {
      what: '1 % changed: CPU of by hand',
      ratio: ratio(changed, 'by hand, 1 % changed', 'cpu'),
      atMost: 1.3,
    },
    {
      what: 'nothing new: time of a full refresh',
      ratio: ratio('snapshot, nothing new', 'full refresh', 'seconds'),
      atMost: 0.25,
    },
    { what: '1 % changed: MB of memory', ratio: found.get(changed)?.memory ?? Number.NaN, atMost: 500 },
  ];
  for (const aim of aims) process.stdout.write(aimLine(aim));
}

const row = (way: string, { rows, seconds, cpu, memory }: Measured): string =>
  `| ${way} | ${rows} | ${seconds.toFixed(2)} | ${cpu.toFixed(2)} | ${Math.round(memory)} MB |\n`;

async function compare(rows: number, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-snapshot-'));
  try {
    const path = join(folder, 'people.duckdb');
    await makePeopleWarehouse(path, rows);
    await prepareByHand(path);
    const measured = await roundsOf(path, 1, ['snapshot, first']);
    measured.push(...(await roundsOf(path, rounds, ['snapshot, nothing new'])));
    await change(path);
    const last = ['full refresh', 'by hand, 1 % changed', 'snapshot, 1 % changed'];
    measured.push(...(await roundsOf(path, rounds, last)));
    const found = new Map(measured);
    process.stdout.write('| way | rows sent | s | CPU s | max RSS |\n|---|---|---|---|---|\n');
    for (const [way, figures] of found) process.stdout.write(row(way, figures));
    tellAims(found);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [job = '1000000', ...rest] = process.argv.slice(2);
const way = ways[rest[0] ?? ''];
if (job === 'read' && way !== undefined) answer(await way(rest[1] ?? ''));
else await compare(Number(job), Number(rest[0] ?? 3));
