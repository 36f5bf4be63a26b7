import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { diagnose } from '../../src/doctor/doctor.ts';
import { streamNames } from '../../src/streams/contract.ts';
import { startSnowflakeServer } from '../snowflake-server/server.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { catalogOf, checkOf, errorsOf, lastState, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/**
 * Writes each statement that the source sends to Snowflake into a folder, one file for those that differ in values only: check, discover, first and
 * second read of all streams, by cursors and by snapshots, by our models, the specification's and every parameter of identify, and doctor.
 * Usage: node statements.ts FOLDER
 */

const [folder = ''] = process.argv.slice(2);
const models = fileURLToPath(new URL('../../models/specification', import.meta.url));
const identify = {
  from: 'identify',
  user_id_column: 'user_id',
  anonymous_id_column: 'segment_anonymous_id',
  dedupe_column: 'phone_number',
  ignore_traits: ['city', 'plan'],
  rename_traits: { first_name: 'firstName' },
  filters: ["status <> 'lead'", "locale LIKE 'en%'"],
};

/** sqlfluff's grammar knows no binds: a literal stands where one may. */
const withoutBinds = (sql: string): string => sql.replaceAll(/(?<=[(\s,])\?(?=[),\s])/g, "'?'");

/** Its grammar knows one parameter a statement, where Snowflake takes many. */
function withoutLists(sql: string): string[] {
  const [, parameters] = /^ALTER SESSION SET (.*)$/s.exec(sql) ?? [];
  return parameters === undefined
    ? [sql]
    : Array.from(parameters.matchAll(/\w+ = (?:'[^']*'|\w+)/g), ([each]) => `ALTER SESSION SET ${each}`);
}

/** What is left of a statement without its values: those that differ in nothing else are parsed once, which takes seconds. */
const shapeOf = (sql: string): string => sql.replaceAll(/'(?:[^']|'')*'/g, "''").replaceAll(/\d+/g, '0');

const server = await startSnowflakeServer();
const work = await mkdtemp(join(tmpdir(), 'statements-'));
try {
  const path = join(work, 'demo.duckdb');
  await generateWarehouse(path, { scale: 0.01, seed: 1, now: new Date('2025-01-01') });
  await server.run(...(await copiedTables(path)));
  const config = { warehouse: snowflakeConfig(server.url) };
  await checkOf(config);
  await catalogOf(config);
  const snapshots = { ...config, changes: 'snapshot' };
  for (const each of [config, { ...config, models }, { ...config, persons: [identify] }, snapshots]) {
    const first = await read(each, [], streamNames);
    const second = await read(each, first.states, streamNames);
    await read(each, lastState(first), streamNames);
    const errors = [...errorsOf(first), ...errorsOf(second)];
    if (first.rows.length === 0 || errors.length > 0)
      throw new Error(`nothing was read: ${errors.join(' ')}`);
  }
  await diagnose(config, undefined, new AbortController().signal);
  const statements = server.statements.flatMap((sql) => withoutLists(withoutBinds(sql)));
  const shapes = new Map(statements.map((sql) => [shapeOf(sql), sql]));
  for (const [index, sql] of [...shapes.values()].entries()) {
    await writeFile(join(folder, `${String(index).padStart(4, '0')}.sql`), `${sql.replace(/;?\s*$/, '')};\n`);
  }
  process.stdout.write(`${shapes.size} statements\n`);
} finally {
  await server.close();
  await rm(work, { recursive: true });
}
