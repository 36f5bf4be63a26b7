import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseSourceConfig } from '../src/source/config.ts';
import { openWarehouse } from '../src/warehouse/open.ts';
import { connect } from '../src/warehouse/snowflake/session/connect.ts';
import { execute } from '../src/warehouse/snowflake/session/statement.ts';
import { readSource } from './read-source.ts';
import { type Measured, Meter } from './reading.ts';

type Config = Readonly<Record<string, unknown>>;

export type Way = (warehouse: Config, rows: number) => Promise<Measured>;

/** What most connectors do: row objects of the driver, each through JSON.stringify. */
async function naive(config: Config, rows: number): Promise<Measured> {
  const { warehouse } = parseSourceConfig({ warehouse: config });
  if (warehouse.type !== 'snowflake') throw new Error('not Snowflake');
  const connection = await connect(warehouse);
  const sql = `SELECT * FROM "people" LIMIT ${rows}`;
  const statement = await execute(connection, sql, { rowMode: 'object' });
  const meter = new Meter();
  for await (const data of statement.streamRows()) {
    const message = { type: 'RECORD', record: { stream: 'persons', emitted_at: Date.now(), data } };
    if (meter.rows === 0) meter.begin();
    meter.add(1, JSON.stringify(message).length + 1);
  }
  const { result } = meter;
  connection.destroy(() => {});
  return result;
}

/** The source itself, as `read` runs it; the server's work before the first record is not counted. */
const source: Way = (config) => readSource(config, 'full_refresh', 'first record');

const rowByRow: Way = (config) => {
  process.env.NEXUS_SNOWFLAKE_ROW_BY_ROW = '1';
  return source(config, 0);
};

const answer = z.object({
  data: z.object({
    chunks: z.array(z.object({ url: z.string(), rowCount: z.number() })),
    chunkHeaders: z.record(z.string(), z.string()),
  }),
});

async function post(url: string, body: unknown, token = ''): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Snowflake Token="${token}"` };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

/** Download and decompression of the finished lines, and nothing else. */
async function floor(config: Config): Promise<Measured> {
  const url = String(config.access_url);
  const login = z.object({ data: z.object({ token: z.string() }) });
  const data = { LOGIN_NAME: config.user, PASSWORD: 'correct horse' };
  const { token } = login.parse(await post(`${url}/session/v1/login-request`, { data })).data;
  const query = { sqlText: await linesQuery(config) };
  await post(`${url}/queries/v1/query-request`, { sqlText: 'USE SCHEMA NEXUS' }, token);
  const { chunks, chunkHeaders } = answer.parse(
    await post(`${url}/queries/v1/query-request`, query, token),
  ).data;
  const meter = new Meter();
  for (const chunk of chunks) {
    const response = await fetch(chunk.url, { headers: { ...chunkHeaders, 'accept-encoding': 'identity' } });
    // fetch undoes a gzip that the server declares.
    const body = Buffer.from(await response.arrayBuffer());
    meter.add(chunk.rowCount, body[0] === 0x1f ? gunzipSync(body).length : body.length);
  }
  return meter.result;
}

/** The lines of the table as a query of its own, made by the dialect. */
async function linesQuery(config: Config): Promise<string> {
  const warehouse = await openWarehouse(parseSourceConfig({ warehouse: config }).warehouse);
  const { dialect } = warehouse;
  const columns = await warehouse.describe('SELECT * FROM "people"');
  await warehouse.close();
  const fields = columns.map((column) => ({
    name: column.name,
    ...dialect.json.field(column, { row: `'row'` }),
  }));
  const line = dialect.json.line('{"type":"RECORD","record":{"data":', dialect.json.object(fields), '}}');
  return `SELECT ${line} AS "line" FROM DEMO.NEXUS."people"`;
}

export const ways: Readonly<Record<string, Way>> = {
  naive,
  'ours, row by row': rowByRow,
  'ours, whole chunks': source,
  'download and gunzip only': floor,
};
