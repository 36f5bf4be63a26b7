/**
 * Reading DuckDB: the source's two ways beside row objects with JSON.stringify and the engine's own COPY, on one
 * table of 15 columns, whose rows lie in no order of time. Medians of the rounds; each way in a process of its own.
 *
 *     node bench/duckdb.ts [rows] [rounds]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { aimLine } from './aims.ts';
import { readSource } from './read-source.ts';
import {
  answer,
  type Measured,
  Meter,
  measureApart,
  medianOf,
  readingAim,
  tableHead,
  tableRow,
} from './reading.ts';

const columns = `'user-' || i || '@example.org' AS "userId",
  TIMESTAMP '2024-01-01' + to_seconds(i) AS "timestamp", 'Ünsal "' || i || '" O''Neil' AS "name",
  i AS "number", 9007199254740993 + i AS "big", (i / 7)::DECIMAL(18,4) AS "amount", i / 3.0::DOUBLE AS "ratio",
  i % 2 = 0 AS "active", DATE '2024-01-01' + (i % 3000)::INTEGER AS "day",
  TIMESTAMP '2024-01-01 00:00:00.123456' - to_seconds(i) AS "seen",
  ('{"plan":"pro","seats":' || i || ',"tags":["a","b"]}')::JSON AS "properties",
  CASE WHEN i % 3 = 0 THEN NULL ELSE 'city ' || i END AS "city", NULL::VARCHAR AS "nothing",
  repeat('lorem ipsum ', 10) AS "note", 'line' || chr(10) || 'break' AS "two_lines"`;

async function makeTable(path: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(
    `CREATE TABLE people AS SELECT ${columns}
     FROM (SELECT (hash(k) % ${rows})::BIGINT AS i FROM range(${rows}) t(k))`,
  );
  connection.closeSync();
  instance.closeSync();
}

async function connect(path: string) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`ATTACH '${path}' AS w (READ_ONLY)`);
  return connection;
}

/** What most connectors do. */
async function rowObjects(path: string): Promise<Measured> {
  const connection = await connect(path);
  const meter = new Meter();
  const result = await connection.stream('SELECT * FROM w.people');
  for await (const rows of result.yieldRowObjectJson()) {
    for (const data of rows) {
      const message = { type: 'RECORD', record: { stream: 'persons', emitted_at: Date.now(), data } };
      meter.add(1, JSON.stringify(message).length + 1);
    }
  }
  return meter.result;
}

/** The engine's own JSON, in the table's order and to nowhere. */
async function copy(path: string): Promise<Measured> {
  const connection = await connect(path);
  await connection.run('SET threads = 1');
  const counted = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM w.people');
  const meter = new Meter();
  await connection.run(`COPY (SELECT * FROM w.people) TO '/dev/null' (FORMAT json)`);
  meter.add(Number(counted.getRows()[0]?.[0]), 0);
  return meter.result;
}

type Way = (path: string) => Promise<Measured>;

const ours =
  (mode: 'full_refresh' | 'incremental'): Way =>
  (path) =>
    readSource({ type: 'duckdb', path }, mode, 'start');

const ways: Readonly<Record<string, Way>> = {
  'row objects': rowObjects,
  'COPY, one thread': copy,
  'ours, full refresh': ours('full_refresh'),
  'ours, incremental': ours('incremental'),
};

const self = fileURLToPath(import.meta.url);

/** Rounds go over all ways, so that a busy minute does not fall on one of them. */
async function roundsOf(path: string, rounds: number): Promise<Record<string, Measured[]>> {
  const measured: Record<string, Measured[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const way of Object.keys(ways)) {
      measured[way] = [...(measured[way] ?? []), await measureApart(self, ['read', way, path])];
    }
  }
  return measured;
}

function tellAims(found: ReadonlyMap<string, Measured>): void {
  const copied = found.get('COPY, one thread');
  for (const [way, atLeast] of [
    ['ours, full refresh', 0.8],
    ['ours, incremental', 0.6],
  ] as const) {
    process.stdout.write(aimLine(readingAim(way, found.get(way), 'COPY, one thread', copied, atLeast)));
  }
}

async function compare(rows: number, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-duckdb-'));
  try {
    const path = join(folder, 'people.duckdb');
    await makeTable(path, rows);
    const measured = Object.entries(await roundsOf(path, rounds)).map(
      ([way, results]) => [way, medianOf(results)] as const,
    );
    const references = measured.slice(0, 2).map(([, reference]) => reference);
    process.stdout.write(tableHead(['row objects', 'COPY']));
    for (const [way, median] of measured) process.stdout.write(tableRow(way, median, references));
    tellAims(new Map(measured));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const [job = '1000000', ...rest] = process.argv.slice(2);
const way = ways[rest[0] ?? ''];
if (job === 'read' && way !== undefined) answer(await way(rest[1] ?? ''));
else await compare(Number(job), Number(rest[0] ?? 3));
