import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSource } from '../../src/source/session.ts';
import { streamNames } from '../../src/streams/contract.ts';
import {
  type SnowflakeServer,
  type SnowflakeServerOptions,
  startSnowflakeServer,
} from '../snowflake-server/server.ts';
import { checkOf, errorsOf, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';
import { streamsOf, tables } from './days.ts';

/** What only Snowflake has: a bill, a role, and readers elsewhere. */

let server: SnowflakeServer;

async function start(options: SnowflakeServerOptions = {}): Promise<void> {
  server = await startSnowflakeServer(options);
  await server.run('USE SCHEMA "NEXUS"', ...tables);
}

afterEach(() => server.close());

const config = (changes: unknown = 'snapshot') => ({
  warehouse: snowflakeConfig(server.url),
  ...streamsOf({ dialect: 'snowflake' }),
  changes,
});

const rows = (day: string, value: string): string[] => [
  `INSERT INTO "p" SELECT 'u' || CAST("i" AS VARCHAR), '${day}', '${value}', 'x' FROM (SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) AS "i" FROM TABLE(GENERATOR(ROWCOUNT => 500)))`,
  `INSERT INTO "o" SELECT "userId", '1', "timestamp", "name" FROM "p"`,
  `INSERT INTO "r" SELECT 's1', '1', "userId", "timestamp", "name", 'x' FROM "p"`,
  `INSERT INTO "e" SELECT 'e' || "userId", "userId", "timestamp", 'seen', '1' FROM "p"`,
];

describe('the bill', () => {
  beforeEach(() => start());

  async function sync(state: Awaited<ReturnType<typeof read>>['states'] = []) {
    const before = [server.results.length, server.described.length] as const;
    const result = await read(config(), state, streamNames);
    expect(errorsOf(result)).toEqual([]);
    const described = new Map<string, number>();
    for (const sql of server.described.slice(before[1])) described.set(sql, (described.get(sql) ?? 0) + 1);
    const run = server.results.slice(before[0]).filter(({ sql }) => {
      const left = described.get(sql) ?? 0;
      described.set(sql, left - 1);
      return left <= 0;
    });
    // Logging in, and the list of tables.
    const own = run.filter(({ sql }) => !/^\s*(USE|ALTER SESSION)\b|INFORMATION_SCHEMA/.test(sql));
    return { result, own };
  }

  it('has at most six statements a stream where every stream has changed, and gives differences alone', async () => {
    await server.run(...rows('2024-01-01', 'a'));
    const first = await sync();
    await server.run(
      `UPDATE "p" SET "name" = 'b' WHERE "userId" IN ('u1', 'u2')`,
      `DELETE FROM "o" WHERE "groupId" = 'u3'`,
      `UPDATE "o" SET "name" = 'b' WHERE "groupId" = 'u4'`,
      `DELETE FROM "r" WHERE "userId" = 'u3'`,
      `UPDATE "r" SET "level" = NULL WHERE "userId" = 'u4'`,
      `INSERT INTO "e" VALUES ('new', 'u1', '2023-01-01', 'late', '1')`,
    );
    const { result, own } = await sync(first.result.states);
    expect(result.rows).toHaveLength(7);
    expect(own.length, own.map(({ sql }) => sql.slice(0, 80)).join('\n')).toBeLessThanOrEqual(4 * 6);
    const registry = own.filter(({ sql }) =>
      /^SELECT .*\sFROM "NEXUS_CUSTOMER_IO"."nexus_customer_io_snapshots"/s.test(sql),
    );
    expect(registry).toHaveLength(1);
    // One row of counts for each stream; the registry's entries.
    const left = own.filter(({ sql }) => sql.startsWith('SELECT')).reduce((sum, each) => sum + each.rows, 0);
    expect(left).toBe(7 + 4 + 4);
    const tags = server.parameters.map((parameters) => parameters.get('QUERY_TAG'));
    expect(new Set(tags)).toEqual(new Set(['nexus-customer-io']));
  });
});

describe('a role that may create nothing', () => {
  beforeEach(() => start({ isReader: true }));

  it('reads by a cursor, where snapshots may be kept elsewhere', async () => {
    await server.run(...rows('2024-01-01', 'a'));
    const result = await read(config({}), [], streamNames);
    expect(errorsOf(result)).toEqual([]);
    expect(JSON.stringify(result.states.at(-1))).toContain('"way":"cursor"');
  });

  it('keeps snapshots in a file: what rows are compared by travels, and the rows that differ', async () => {
    await server.run(...rows('2024-01-01', 'a'));
    const folder = await mkdtemp(join(tmpdir(), 'reader-'));
    const changes = { persons: 'snapshot', file: join(folder, 'snapshots.duckdb') };
    const first = await read(config(changes), [], ['persons']);
    expect(errorsOf(first)).toEqual([]);
    expect(JSON.stringify(first.states.at(-1))).toContain('"store":"file"');
    await server.run(`UPDATE "p" SET "plan" = NULL WHERE "userId" = 'u1'`);
    const before = server.results.length;
    const second = await read(config(changes), first.states.slice(-1), ['persons']);
    expect(second.rows).toEqual([expect.objectContaining({ userId: 'u1', unsetAttributes: ['plan'] })]);
    const left = server.results.slice(before).filter(({ sql }) => sql.includes('nexus_customer_io_persons'));
    // The model's evaluation, the keys, the fields of one row.
    expect(left.map((each) => each.rows)).toEqual([1, 500, 1]);
    const anew = { ...changes, file: join(folder, 'others.duckdb') };
    expect((await checkOf(config(anew))).message).toContain('kept in a file. No snapshots can be kept in');
    await rm(folder, { recursive: true });
  });

  it('is told which grant it lacks, where snapshots are wanted in the warehouse', async () => {
    await server.run(...rows('2024-01-01', 'a'));
    await expect(read(config({ persons: 'snapshot', store: 'warehouse' }), [], ['persons'])).rejects.toThrow(
      'Grant CREATE SCHEMA ON DATABASE "DEMO" TO ROLE nexus_reader, or make the schema "DEMO"."NEXUS_CUSTOMER_IO" and grant USAGE, CREATE TABLE ON SCHEMA "DEMO"."NEXUS_CUSTOMER_IO" TO ROLE nexus_reader.',
    );
  });
});

describe('two reads at once', () => {
  beforeEach(() => start());

  it('refuses the second, which has nothing to do with the first', async () => {
    await server.run(...rows('2024-01-01', 'a'));
    const first = await read(config(), [], ['persons']);
    await using session = await openSource(config());
    const { signal } = new AbortController();
    const stream = { name: 'persons', json_schema: {} };
    const catalog = {
      streams: [{ stream, sync_mode: 'incremental' as const, destination_sync_mode: 'append' as const }],
    };
    await server.run(`UPDATE "p" SET "name" = 'b'`);
    const running = session.read({ catalog, state: first.states.slice(-1), signal });
    for await (const output of running) if (output.type === 'RECORD_LINES') break;
    const second = await read(config(), first.states.slice(-1), ['persons']);
    expect(second.rows).toEqual([]);
    expect(errorsOf(second).join()).toContain('Another read of persons is running');
    expect((await read(config(), [], ['persons'])).rows).toHaveLength(500);
  });
});
