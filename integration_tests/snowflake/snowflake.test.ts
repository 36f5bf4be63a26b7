import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import { wholeChunksWork } from '../../src/warehouse/snowflake/session/driver-patch.ts';
import type { LineBatch, Warehouse } from '../../src/warehouse/warehouse.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { checkOf } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

let server: SnowflakeServer;
let warehouse: Warehouse;

const open = (rest: Readonly<Record<string, unknown>> = {}): Promise<Warehouse> =>
  openWarehouse(parseSourceConfig({ warehouse: snowflakeConfig(server.url, rest) }).warehouse);

beforeAll(async () => {
  server = await startSnowflakeServer();
  await server.run('CREATE TABLE "Odd ""Name" ("select" VARCHAR, b NUMBER(9,2), f FLOAT, v VARIANT)');
  warehouse = await open();
});

afterAll(async () => {
  await warehouse.close();
  await server.close();
});

describe('the warehouse', () => {
  it('lists relations with types as describe spells them', async () => {
    expect(await warehouse.relations()).toContainEqual({
      name: 'Odd "Name',
      columns: [
        { name: 'select', type: 'VARCHAR' },
        { name: 'B', type: 'NUMBER(9,2)' },
        { name: 'F', type: 'FLOAT' },
        { name: 'V', type: 'VARIANT' },
      ],
    });
    expect(await warehouse.describe('SELECT * FROM "Odd ""Name"')).toEqual(
      (await warehouse.relations()).find(({ name }) => name === 'Odd "Name')?.columns,
    );
  });

  it('gives rows as text, with NULL as null and not as a word', async () => {
    const sql = `SELECT NULL::NUMBER AS "n", NULL::TIME AS "t", 'NULL' AS "s", 12345678901234567890::NUMBER(38,0) AS "i"`;
    expect(await warehouse.rows(sql)).toEqual([{ n: null, t: null, s: 'NULL', i: '12345678901234567890' }]);
  });

  it('says what a query lacks, in one line', async () => {
    await expect(warehouse.rows('SELECT * FROM nowhere')).rejects.toThrow(
      /^Snowflake: SQL compilation error: Object 'NOWHERE' does not exist.*SELECT on the table\?$/,
    );
    await expect(warehouse.describe('SELECT nothing FROM "Odd ""Name"')).rejects.toThrow(
      /invalid identifier/,
    );
  });

  it('waits for a query that takes long', async () => {
    server.faults.add({ at: 'query', kind: 'slow' });
    expect(await warehouse.rows('SELECT 1 AS "n"')).toEqual([{ n: '1' }]);
  });
});

const manyRows = 12_345;

async function readNumbers(): Promise<{ batches: LineBatch[]; numbers: number[] }> {
  const { line } = warehouse.dialect.json;
  const sql = `SELECT ${line('{"n":', 'n', '}')} AS "line", n AS "key" FROM (SELECT TO_VARCHAR(ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1) AS n FROM TABLE(GENERATOR(ROWCOUNT => ${manyRows})))`;
  const batches: LineBatch[] = [];
  for await (const batch of warehouse.lines(sql)) batches.push(batch);
  const text = Buffer.concat(batches.map((batch) => batch.bytes)).toString();
  return {
    batches,
    numbers: text
      .trimEnd()
      .split('\n')
      .map((json) => JSON.parse(json).n),
  };
}

describe.each(['whole chunks', 'row by row'])('a long result, %s', (way) => {
  const all = [...Array(manyRows).keys()];

  beforeAll(() => {
    process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW = way === 'row by row' ? '1' : '0';
  });

  afterAll(() => {
    delete process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW;
  });

  it('streams as bytes, with the first and last row of each batch', async () => {
    const { batches, numbers } = await readNumbers();
    expect(numbers).toEqual(all);
    expect(batches.length).toBeGreaterThan(3);
    expect(batches[0]?.first).toEqual({ key: '0' });
    expect(batches[1]?.first).toEqual({ key: String(batches[0]?.count) });
    expect(batches.at(-1)?.last).toEqual({ key: String(manyRows - 1) });
  });

  it('is fetched no further ahead than a bound while its reader waits', async () => {
    const chunksBefore = server.requests.filter((path) => path.startsWith('/chunks/')).length;
    const sql = `SELECT ${warehouse.dialect.json.line('', 'n', '')} AS "line" FROM (SELECT TO_VARCHAR(SEQ4()) AS n FROM TABLE(GENERATOR(ROWCOUNT => 30000)))`;
    for await (const batch of warehouse.lines(sql)) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(batch.count).toBeGreaterThan(0);
      break;
    }
    const fetched = server.requests.filter((path) => path.startsWith('/chunks/')).length - chunksBefore;
    expect(fetched).toBeLessThan(10);
  });

  it.each([
    ['a chunk that answers 503', { at: 'chunk', kind: 'status', status: 503 }],
    ['a chunk that answers 403', { at: 'chunk', kind: 'status', status: 403 }],
    ['a chunk that breaks off', { at: 'chunk', kind: 'cut' }],
    ['a query that answers 503', { at: 'query', kind: 'status', status: 503 }],
    ['a session whose token has expired', { at: 'query', kind: 'expired' }],
  ] as const)('goes on after %s', async (_, fault) => {
    server.faults.add(fault);
    expect((await readNumbers()).numbers).toEqual(all);
    expect(server.faults.left).toBe(0);
  });

  it('that is shorter than announced is an error', async () => {
    server.faults.add({ at: 'query', kind: 'short' });
    await expect(readNumbers()).rejects.toThrow(
      `stopped midway: the result has ${manyRows + 1} rows, but ${manyRows} arrived`,
    );
  });
});

it('has a driver that hands over whole chunks: another version would be read slowly', () => {
  expect(wholeChunksWork()).toBe(true);
});

it('writes nothing to stdout and leaves no log file behind', async () => {
  const written: unknown[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string | Uint8Array) => written.push(chunk) > 0;
  try {
    server.faults.add({ at: 'chunk', kind: 'status', status: 503 });
    await readNumbers();
    await checkOf({ warehouse: snowflakeConfig(server.url, { user: 'stranger' }) });
  } finally {
    process.stdout.write = write;
  }
  expect(written).toEqual([]);
  expect(existsSync('snowflake.log')).toBe(false);
});
