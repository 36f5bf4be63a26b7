import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/**
 * Chunks are taken as they came by a hook in how the driver sends its requests (session/driver-patch.ts). In another
 * driver that part may be gone or unused: chunks then come as text and must hold the same bytes.
 */
const require = createRequire(import.meta.url);
const requestModule = require.resolve('snowflake-sdk/dist/lib/http/axios_instance.js');

let server: SnowflakeServer;

beforeAll(async () => {
  server = await startSnowflakeServer({ sizes: { inline: 10, chunk: 1000 } });
});

afterAll(() => server.close());

// The hook is set once for each loading of its module.
beforeEach(() => vi.resetModules());

/** The modules with the driver's own, of which one is another for as long as the hook is being set. */
async function modulesWith(requests: unknown) {
  const { loadDriver } = await import('../../src/warehouse/snowflake/session/driver.ts');
  const chunks = await import('../../src/warehouse/snowflake/session/driver-patch.ts');
  loadDriver();
  const loaded = require.cache[requestModule];
  if (loaded === undefined) throw new Error('the driver has loaded no such module');
  const own = loaded.exports;
  loaded.exports = requests ?? own;
  expect(chunks.wholeChunksWork()).toBe(true);
  loaded.exports = own;
  return { requests: own.default, ...chunks };
}

const sql = `SELECT 'Ünsal "' || n || '" 😀' || CHR(10) AS "line", n AS "key"
  FROM (SELECT TO_VARCHAR(ROW_NUMBER() OVER (ORDER BY SEQ4())) AS n FROM TABLE(GENERATOR(ROWCOUNT => 3500)))`;

/** The lines of a result, and whether its chunks came whole. */
async function readWith(ChunkText: abstract new (...parameters: never) => unknown) {
  const { parseSourceConfig } = await import('../../src/source/config.ts');
  const { connect, disconnect } = await import('../../src/warehouse/snowflake/session/connect.ts');
  const { lineBatches } = await import('../../src/warehouse/snowflake/results/line-batches.ts');
  const { execute, resultOf } = await import('../../src/warehouse/snowflake/session/statement.ts');
  const { warehouse } = parseSourceConfig({ warehouse: snowflakeConfig(server.url) });
  if (warehouse.type !== 'snowflake') throw new Error('not a Snowflake config');
  const connection = await connect(warehouse);
  const batches: Uint8Array[] = [];
  for await (const { bytes } of lineBatches(await execute(connection, sql))) batches.push(bytes);
  let whole = true;
  for await (const part of resultOf(await execute(connection, sql))) whole &&= part instanceof ChunkText;
  await disconnect(connection);
  return { lines: Buffer.concat(batches).toString(), whole };
}

const expected = Array.from({ length: 3500 }, (_, index) => `Ünsal "${index + 1}" 😀\n`).join('');

const unused = { default: { interceptors: { request: { use: () => {} } } } };

it.each([
  { driver: 'as it is', requests: undefined, raw: true },
  { driver: 'with requests made elsewhere', requests: unused, raw: false },
  { driver: 'without that module', requests: {}, raw: false },
])('gives the same bytes by the driver $driver', async ({ requests: given, raw }) => {
  const { requests, ChunkText } = await modulesWith(given);
  const bodies: unknown[] = [];
  const seen = requests.interceptors.response.use((response: { config: { url: string }; data: unknown }) => {
    if (response.config.url.includes('/chunks/')) bodies.push(Buffer.isBuffer(response.data));
    return response;
  });
  const { lines, whole } = await readWith(ChunkText);
  requests.interceptors.response.eject(seen);
  expect(lines).toBe(expected);
  expect(whole).toBe(true);
  expect(bodies).toEqual(Array(8).fill(raw));
});
