import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../snowflake-server/faults.ts';
import { type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { checkOf } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

let server: SnowflakeServer;

beforeAll(async () => {
  server = await startSnowflakeServer({ sizes: { inline: 1000, chunk: 1000 } });
  await server.run(
    'CREATE TABLE people ("userId" VARCHAR, "timestamp" TIMESTAMP)',
    'CREATE TABLE secret ("userId" VARCHAR, "timestamp" TIMESTAMP)',
  );
});

afterEach(() => server.faults.clear());

afterAll(() => server.close());

const check = (
  rest: Readonly<Record<string, unknown>> = {},
  persons: readonly unknown[] = [relation('people')],
) => checkOf({ warehouse: snowflakeConfig(server.url, rest), persons });

const relation = (name: string) => ({ from: 'relation', name });

const notAuthorized = (object: string): Fault => ({
  at: 'statement',
  kind: 'refused',
  holds: object,
  code: '002003',
  message: `SQL compilation error:\nObject '${object}' does not exist or not authorized.`,
});

it('says what can be read', async () => {
  expect(await check()).toEqual({
    status: 'SUCCEEDED',
    message: expect.stringMatching(/^Ready to read persons \(people\)\. Changes are found: persons by a /),
  });
});

/** Reach, log in, role, warehouse, database, schema, tables: each step fails alone, and the first names itself. */
const steps: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  [
    'reach',
    { access_url: 'http://127.0.0.1:1' },
    /^Reaching Snowflake failed: 127\.0\.0\.1:1 does not answer/,
  ],
  ['log in', { user: 'stranger' }, /^Logging in to Snowflake as stranger failed:/],
  [
    'role',
    { role: 'nope' },
    /^Logging in .* failed: the role does not exist, .*GRANT ROLE .*warehouse\.role/,
  ],
  ['warehouse', { warehouse: 'nope' }, /^Using the warehouse "nope" failed.*GRANT USAGE ON WAREHOUSE nope/],
  ['database', { database: 'nope' }, /^Using the database "nope" failed.*GRANT USAGE ON DATABASE nope/],
  ['schema', { schema: 'nope' }, /^Using the schema "nope" failed.*GRANT USAGE ON SCHEMA nope/],
];

describe.concurrent.each(steps)('the step: %s', (_, rest, message) => {
  it('is named', async ({ expect }) => {
    const { status, message: said } = await check(rest);
    expect({ status, said }).toEqual({ status: 'FAILED', said: expect.stringMatching(message) });
  });

  it('is named before the steps after it', async ({ expect }) => {
    const index = steps.findIndex(([, each]) => each === rest);
    const later = Object.assign({}, ...steps.slice(index + 1).map(([, each]) => each));
    expect((await check({ ...later, ...rest })).message).toMatch(message);
  });
});

describe('the step: tables', () => {
  it('names the table that is not there, and one that is spelled nearly so', async () => {
    expect((await check({}, [relation('peopel')])).message).toMatch(/peopel.*(people|PEOPLE)/s);
  });

  it('names each table that the role may not read, with the grant', async () => {
    server.faults.add(notAuthorized('"SECRET"'));
    const { status, message } = await check({}, [relation('people'), relation('secret')]);
    expect(status).toBe('FAILED');
    expect(message).toMatch(/^persons, secret: .*does not exist or not authorized.*SELECT on the table/);
  });
});

it.each([
  ['390422', 'Incoming request with IP/Token 1.2.3.4 is not allowed to access Snowflake.', /network policy/],
  ['390318', 'OAuth access token expired.', /OAuth token has expired/],
  ['390102', 'User temporarily locked.', /User temporarily locked/],
])('words the refusal %s of a login', async (code, text, message) => {
  server.faults.add({ at: 'login', kind: 'refused', code, message: text });
  expect((await check()).message).toMatch(message);
});

it.each([
  ['000606', 'No active warehouse selected in the current session.', /Set warehouse\.warehouse/],
  ['000630', 'Statement reached its statement or warehouse timeout.', /statement_timeout_seconds/],
  ['003001', 'Insufficient privileges to operate on schema.', /docs\/snowflake\.md has the grants/],
])('words the refusal %s of a query', async (code, text, message) => {
  server.faults.add({ at: 'statement', kind: 'refused', code, message: text, holds: 'INFORMATION_SCHEMA' });
  expect((await check()).message).toMatch(message);
});

it('tells what Snowflake refuses of the finished statement, though it takes the model', async () => {
  const text = `SQL compilation error:\nInvalid argument types for function 'TO_JSON': (VECTOR(FLOAT, 3))`;
  server.faults.add({ at: 'statement', kind: 'refused', code: '001044', message: text, holds: '"__key"' });
  expect(await check()).toEqual({
    status: 'FAILED',
    message: `persons, people: Snowflake: SQL compilation error: Invalid argument types for function 'TO_JSON': (VECTOR(FLOAT, 3))`,
  });
});

it('reads no row of a model while it checks', async () => {
  const before = server.statements.length;
  await check();
  const finished = server.statements.slice(before).filter((sql) => sql.includes('"__rows"'));
  expect(finished).not.toEqual([]);
  expect(server.described).toEqual(expect.arrayContaining(finished));
});

it('sets the session up as the docs say', async () => {
  await check({ statement_timeout_seconds: 77 });
  expect(Object.fromEntries(server.parameters.at(-1) ?? [])).toEqual({
    TIMEZONE: 'UTC',
    TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
    QUERY_TAG: 'nexus-customer-io',
    STATEMENT_TIMEOUT_IN_SECONDS: '77',
    STRICT_JSON_OUTPUT: 'TRUE',
    ROWS_PER_RESULTSET: '0',
    QUOTED_IDENTIFIERS_IGNORE_CASE: 'FALSE',
    MULTI_STATEMENT_COUNT: '1',
    AUTOCOMMIT: 'TRUE',
    TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
    TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
    TIMESTAMP_LTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
    TIMESTAMP_TZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
    DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
    TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
    BINARY_OUTPUT_FORMAT: 'HEX',
    GEOGRAPHY_OUTPUT_FORMAT: 'GeoJSON',
    GEOMETRY_OUTPUT_FORMAT: 'GeoJSON',
  });
});
