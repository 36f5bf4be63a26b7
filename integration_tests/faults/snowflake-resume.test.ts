import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { snowflakeDialect } from '../../src/warehouse/snowflake/dialect.ts';
import {
  allTextCells,
  type Resumption,
  resumedLines,
} from '../../src/warehouse/snowflake/results/resumed-result.ts';
import { connect, disconnect } from '../../src/warehouse/snowflake/session/connect.ts';
import { execute } from '../../src/warehouse/snowflake/session/statement.ts';
import type { Fault } from '../snowflake-server/faults.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

type Connection = Awaited<ReturnType<typeof connect>>;

const rows = 12_345;
const everyNumber = [...Array(rows).keys()];
const quick: Resumption = { addressLife: Number.POSITIVE_INFINITY, tries: 2, pause: 10, silence: 60_000 };

let server: SnowflakeServer;
let connection: Connection;

beforeAll(async () => {
  // Rows in the answer itself: the driver's own renewal of addresses does not survive them. Chunks of more than
  // a batch: a read then goes on in the middle of one.
  server = await startSnowflakeServer({ sizes: { inline: 100, chunk: 2500 } });
  const { warehouse } = parseSourceConfig({ warehouse: snowflakeConfig(server.url) });
  if (warehouse.type !== 'snowflake') throw new Error('not a Snowflake config');
  connection = await connect(warehouse);
});

afterEach(() => server.faults.clear());

afterAll(async () => {
  await disconnect(connection);
  await server.close();
});

const fetches = (): number => server.requests.filter((path) => path.endsWith('/result')).length;

interface Progress {
  readonly numbers: number[];
  /** Called once in the middle. */
  readonly midway?: () => void;
}

/** Reads on through the faults that come up midway; the numbers are those that arrived, in their order. */
async function readInto({ numbers, midway }: Progress, resumption = quick): Promise<number[]> {
  const sql = `SELECT ${snowflakeDialect.json.line('', 'n', '')} AS "line", n AS "key" FROM (SELECT TO_VARCHAR(ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1) AS n FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`;
  const statement = await execute(connection, sql);
  let told = false;
  for await (const { bytes, count, first, last } of resumedLines(connection, statement, resumption)) {
    const lines = Buffer.from(bytes).toString().trimEnd().split('\n').map(Number);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([count, Number(first.key), Number(last.key)]);
    numbers.push(...lines);
    if (!told) midway?.();
    told = true;
  }
  return numbers;
}

const read = (...faults: readonly Fault[]): Promise<number[]> =>
  readInto({ numbers: [], midway: () => server.faults.add(...faults) });

const expire = (status: 403 | 400): Fault => ({ at: 'chunk', kind: 'expire', status });

describe.each(['whole chunks', 'row by row'])('%s', (way) => {
  beforeEach(() => {
    process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW = way === 'row by row' ? '1' : '0';
  });

  afterEach(() => {
    delete process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW;
  });

  it('goes on where every address has run out until the result is asked for again', async () => {
    expect(await read(expire(400))).toEqual(everyNumber);
    expect(server.faults.left).toBe(0);
  });

  it('goes on where addresses run out more than once', async () => {
    const again: Fault[] = [expire(400), expire(400), expire(400)];
    expect(await read(...again)).toEqual(everyNumber);
    expect(server.faults.left).toBe(0);
  });

  it('renews the session where its token ran out in the middle of a read', async () => {
    const renewals = (): number => server.requests.filter((path) => path.endsWith('/token-request')).length;
    const before = renewals();
    expect(await read(expire(400), { at: 'result', kind: 'expired' })).toEqual(everyNumber);
    expect(renewals()).toBe(before + 1);
  });

  it('waits for a result that is asked for again and not there at once', async () => {
    expect(await read(expire(400), { at: 'result', kind: 'slow' })).toEqual(everyNumber);
    expect(server.faults.left).toBe(0);
  });

  it('renews addresses that have grown old before they run out', async () => {
    const before = fetches();
    const old = { ...quick, addressLife: -1, tries: 0 };
    expect(await readInto({ numbers: [] }, old)).toEqual(everyNumber);
    expect(fetches()).toBeGreaterThan(before);
  });

  it('reads a small result all the same', async () => {
    server.faults.add(expire(400));
    const sql = `SELECT TO_VARCHAR(ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1) AS "n" FROM TABLE(GENERATOR(ROWCOUNT => 3000))`;
    const cells = await allTextCells(connection, await execute(connection, sql));
    expect(cells.map(([n]) => Number(n))).toEqual(everyNumber.slice(0, 3000));
    expect(server.faults.left).toBe(0);
  });

  it('fails loudly where Snowflake no longer has the result', async () => {
    const gone = { at: 'result', kind: 'refused', code: '000709', message: 'Statement not found' } as const;
    const numbers: number[] = [];
    const reading = readInto({ numbers, midway: () => server.faults.add(expire(400), gone) });
    await expect(reading).rejects.toThrow('Statement not found');
    expect(numbers).toEqual(everyNumber.slice(0, numbers.length));
    expect(numbers.length).toBeLessThan(rows);
  });

  it('goes on where a chunk is cut and looks whole, of which the driver alone would say nothing', async () => {
    const numbers: number[] = [];
    const midway = (): void => server.faults.add({ at: 'chunk', kind: 'half' });
    expect(await readInto({ numbers, midway }, { ...quick, silence: 2000 })).toEqual(everyNumber);
    expect(server.faults.left).toBe(0);
  });

  it('reads, or fails soon, where chunks come compressed and nothing says so', async () => {
    const headless: Fault[] = Array.from({ length: 20 }, () => ({ at: 'chunk', kind: 'headless' }));
    const numbers: number[] = [];
    const reading = readInto({ numbers, midway: () => server.faults.add(...headless) });
    if (way === 'whole chunks') expect(await reading).toEqual(everyNumber);
    else await expect(reading).rejects.toThrow('part of the result that Snowflake sent could not be read');
    expect(numbers).toEqual(everyNumber.slice(0, numbers.length));
  });

  it('goes on behind one chunk that comes compressed and says nothing of it', async () => {
    expect(await read({ at: 'chunk', kind: 'headless' })).toEqual(everyNumber);
    expect(server.faults.left).toBe(0);
  });

  it('fails loudly where no chunk comes any more', async () => {
    const never: Fault[] = Array.from({ length: 9 }, () => ({ at: 'chunk', kind: 'status', status: 400 }));
    await expect(read(...never)).rejects.toThrow();
  });

  it('fails loudly where a chunk lacks a row', async () => {
    await expect(read({ at: 'chunk', kind: 'short' })).rejects.toThrow(
      `the result has ${rows} rows, but ${rows - 1} arrived`,
    );
  });
});

it('goes on soon after addresses that answer 403, which the driver alone would not survive', async () => {
  expect(await read(expire(403))).toEqual(everyNumber);
  expect(server.faults.left).toBe(0);
});
