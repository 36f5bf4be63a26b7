import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultAccount, type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { hostileParameters } from '../snowflake-server/session-parameters.ts';
import { checkOf, errorsOf, lastState, read } from '../support/reading.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** What a session sets for itself, on an account that sets everything otherwise. */

let server: SnowflakeServer;

const config = (persons: readonly unknown[], rest: Readonly<Record<string, unknown>> = {}) => ({
  warehouse: snowflakeConfig(server.url, rest),
  changes: 'cursor',
  persons,
  objects: [],
  relationships: [],
  events: [],
});

const people = [{ from: 'relation', name: 'PEOPLE' }];

beforeAll(async () => {
  server = await startSnowflakeServer({
    account: { ...defaultAccount, roles: ['NEXUS_READER', 'my-role', 'Mixed "Role"', 'lower'] },
    // A format of input belongs to the account's models: the connector's own literals carry theirs.
    accountParameters: { ...hostileParameters, TIMESTAMP_INPUT_FORMAT: 'DD.MM.YYYY HH24:MI' },
  });
  await server.run(
    `CREATE TABLE people ("userId" VARCHAR, "timestamp" TIMESTAMP_NTZ, "seen" VARIANT)`,
    `INSERT INTO people SELECT 'u' || n, DATEADD('minute', n, '2024-03-01 10:00:00'::TIMESTAMP_NTZ), NULL
      FROM (SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) AS n FROM TABLE(GENERATOR(ROWCOUNT => 50)))`,
  );
});

afterAll(() => server.close());

describe('an account with hostile parameters', () => {
  it('is read whole, under the names that were written, and on from its cursor', async () => {
    const first = await read(config(people));
    expect(errorsOf(first)).toEqual([]);
    expect(first.rows).toHaveLength(50);
    expect(Object.keys(first.rows[0] ?? {})).toEqual(['userId', 'timestamp', 'seen']);
    expect(first.rows[0]?.timestamp).toBe('2024-03-01T10:01:00');
    await server.run(`INSERT INTO people SELECT 'late', '2024-03-01 12:00:00.25'::TIMESTAMP_NTZ, NULL`);
    const second = await read(config(people), lastState(first));
    expect(errorsOf(second)).toEqual([]);
    expect(second.rows.map((row) => row.userId)).toEqual(['late']);
  });

  it('prints times inside objects as every account does by default', async () => {
    const sql = `SELECT 'u' AS "userId", TO_TIMESTAMP_NTZ(0) AS "timestamp",
      OBJECT_CONSTRUCT('at', TO_TIMESTAMP_NTZ(1709287200)) AS "o"`;
    const { rows } = await read(config([{ from: 'sql', sql }]));
    expect(rows).toMatchObject([{ o: { at: '2024-03-01 10:00:00.000' } }]);
  });

  it('runs no second statement behind a model', async () => {
    const sql = `SELECT 'u' AS "userId", TO_TIMESTAMP_NTZ(0) AS "timestamp"; DELETE FROM people`;
    expect((await checkOf(config([{ from: 'sql', sql }]))).status).toBe('FAILED');
    expect((await read(config(people))).rows.length).toBeGreaterThan(50);
  });
});

describe('a role', () => {
  it.each([
    ['nexus_reader', undefined],
    ['my-role', 'USE ROLE "my-role"'],
    ['"my-role"', 'USE ROLE "my-role"'],
    ['"Mixed ""Role"""', 'USE ROLE "Mixed ""Role"""'],
    ['"lower"', 'USE ROLE "lower"'],
  ])('written %s is used alone', async (role, statement) => {
    const before = server.statements.length;
    expect((await checkOf(config(people, { role }))).status).toBe('SUCCEEDED');
    const said = server.statements.slice(before);
    expect(said.filter((sql) => /^USE ROLE/.test(sql))).toEqual(statement === undefined ? [] : [statement]);
    expect(said).toContain('USE SECONDARY ROLES NONE');
  });

  it('that is not there is named', async () => {
    const { message } = await checkOf(config(people, { role: 'no-role' }));
    expect(message).toMatch(
      /^Using the role no-role failed:.*GRANT ROLE "no-role" TO USER .*warehouse\.role/,
    );
  });
});

it('goes on where a token’s session may not switch roles off', async () => {
  const refusal = { at: 'statement', kind: 'refused', holds: 'SECONDARY ROLES', code: '003001' } as const;
  server.faults.add({ ...refusal, message: 'Insufficient privileges.' });
  const credentials = { auth_type: 'oauth', oauth_token: defaultAccount.oauthToken };
  expect((await checkOf(config(people, { credentials }))).status).toBe('SUCCEEDED');
  server.faults.add({ ...refusal, message: 'Insufficient privileges.' });
  expect((await checkOf(config(people))).status).toBe('FAILED');
});
