import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { buildProgram } from '../../src/commands/program.ts';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { nexusSource } from '../../src/source/source.ts';
import { duckdbDialect } from '../../src/warehouse/duckdb/dialect.ts';
import { duckdbWarehouse } from '../../src/warehouse/duckdb/duckdb.ts';
import { warehouseKind } from '../../src/warehouse/kind.ts';

/** How often the toy was opened. */
const opened = vi.hoisted(() => ({ times: 0 }));

/** A third line of the registry: a database known by a name, which is DuckDB behind it. */
vi.mock('../../src/warehouse/registry.ts', async (original) => {
  const registry = await original<typeof import('../../src/warehouse/registry.ts')>();
  const warehouses = { ...registry.warehouses, toy: async () => ({ kind: toy }) };
  return { warehouses, warehouseNames: Object.keys(warehouses) };
});

const toy = warehouseKind({
  config: z.looseObject({
    type: z.literal('toy'),
    name: z.string().meta({ title: 'Name', description: 'What the toy is called.' }),
    box: z.string().meta({ title: 'Box', description: 'The file that it is in.' }),
  }),
  identity: z.object({ type: z.literal('toy'), name: z.string() }),
  hasLastingName: true,
  schemaOf: () => 'main',
  identityOf: ({ type, name }) => ({ type, name }),
  describe: ({ name }) => `the toy ${name}`,
  open: async ({ box }, access) => {
    opened.times += 1;
    const warehouse = await duckdbWarehouse({ type: 'duckdb', path: box }, access);
    return { ...warehouse, dialect: { ...duckdbDialect, name: 'toy' } };
  },
  dialect: async () => ({ ...duckdbDialect, name: 'toy' }),
});

let folder: string;
let box: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'third-warehouse-'));
  box = join(folder, 'toy.duckdb');
  const instance = await DuckDBInstance.create(box);
  const connection = await instance.connect();
  await connection.run(
    `CREATE TABLE p AS SELECT 'u1' AS "userId", TIMESTAMP '2024-01-01' AS "timestamp", 'x' AS note`,
  );
  connection.closeSync();
  instance.closeSync();
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  opened.times = 0;
});

const configOf = (name: string) => ({
  warehouse: { type: 'toy', name, box },
  persons: [{ from: 'sql', sql: `SELECT *, '{{ target.type }}' AS target FROM {{ source('x', 'p') }}` }],
});

async function read(config: unknown, state: readonly AirbyteStateMessage[] = []) {
  const rows: Record<string, unknown>[] = [];
  const states: AirbyteStateMessage[] = [];
  const others: unknown[] = [];
  const stream = { name: 'persons', json_schema: {} };
  const catalog = {
    streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' } as const],
  };
  const { signal } = new AbortController();
  for await (const output of nexusSource.read({ config, catalog, state, signal })) {
    if (output.type === 'STATE') states.push(output.state);
    if (output.type !== 'RECORD_LINES') {
      others.push(output);
      continue;
    }
    const lines = Buffer.from(output.lines).toString().trimEnd().split('\n');
    rows.push(...lines.map((line) => JSON.parse(line).record.data));
  }
  return { rows, state: states.slice(-1), others: JSON.stringify(others) };
}

it('is a choice of the config, with its own fields, and is not opened for that', async () => {
  const { connectionSpecification } = await nexusSource.spec();
  expect(connectionSpecification).toMatchObject({
    properties: {
      warehouse: {
        oneOf: [
          { title: 'DuckDB' },
          { title: 'Snowflake' },
          { properties: { type: { const: 'toy' }, name: { title: 'Name' }, box: { title: 'Box' } } },
        ],
      },
    },
  });
  expect(opened.times).toBe(0);
});

it('is a choice of --dialect', () => {
  const compile = buildProgram(() => undefined).commands.find((command) => command.name() === 'compile');
  const dialect = compile?.options.find(({ long }) => long === '--dialect');
  expect(dialect?.argChoices).toEqual(['duckdb', 'snowflake', 'toy']);
});

it('is read, named to its models, and known again by its state', async () => {
  const first = await read(configOf('bear'));
  expect(first.rows).toEqual([{ userId: 'u1', timestamp: '2024-01-01T00:00:00', note: 'x', target: 'toy' }]);
  expect(JSON.stringify(first.state)).toContain('{"type":"toy","name":"bear"}');
  expect((await read(configOf('bear'), first.state)).rows).toEqual([]);
  expect((await read(configOf('doll'), first.state)).others).toContain(
    'belongs to another warehouse: the toy bear; this one is the toy doll.',
  );
});
