import { gzipSync } from 'node:zlib';
import type { Connection, RowStatement, StatementOption } from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSourceConfig } from '../../src/source/config.ts';
import { connect, disconnect } from '../../src/warehouse/snowflake/session/connect.ts';
import { defaultAccount, type SnowflakeServer, startSnowflakeServer } from '../snowflake-server/server.ts';
import { snowflakeConfig } from '../support/warehouses.ts';

/** The server's own parts, tried through the real driver: what the tests of the source stand on. */
let server: SnowflakeServer;
let connection: Connection;

function connectTo({ url }: SnowflakeServer): Promise<Connection> {
  const { warehouse } = parseSourceConfig({ warehouse: snowflakeConfig(url) });
  if (warehouse.type !== 'snowflake') throw new Error('not a Snowflake config');
  return connect(warehouse);
}

beforeAll(async () => {
  server = await startSnowflakeServer();
  connection = await connectTo(server);
});

afterAll(async () => {
  await disconnect(connection);
  await server.close();
});

function execute(
  sqlText: string,
  options: Partial<StatementOption> = {},
  on = connection,
): Promise<RowStatement> {
  return new Promise((resolve, reject) => {
    on.execute({
      sqlText,
      ...options,
      complete: (error, statement) => (error ? reject(error) : resolve(statement)),
    });
  });
}

async function rowsOf(statement: RowStatement): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of statement.streamRows()) rows.push(row);
  return rows;
}

describe('binds', () => {
  it('take the place of question marks and numbers, not of those in texts', async () => {
    const sql = `SELECT ? AS "a", ? AS "b", ? AS "c", ? AS "d", '? :1' AS "e", '1:2' AS "f"`;
    expect(await rowsOf(await execute(sql, { binds: ["it's \\", 42, true, null] }))).toEqual([
      { a: "it's \\", b: 42, c: true, d: null, e: '? :1', f: '1:2' },
    ]);
    const numbered = `SELECT :2 AS "a", :1 AS "b", :2::VARCHAR AS "c"`;
    expect(await rowsOf(await execute(numbered, { binds: ['x', 1.5] }))).toEqual([
      { a: 1.5, b: 'x', c: '1.5' },
    ]);
  });

  it('insert many rows at once', async () => {
    await execute('CREATE TABLE bound (id NUMBER, name VARCHAR)');
    await execute('INSERT INTO bound VALUES (?, ?)', {
      binds: [
        [1, 'a'],
        [2, 'b'],
        [3, null],
      ],
    });
    expect(await rowsOf(await execute('SELECT id, name FROM bound ORDER BY id'))).toEqual([
      { ID: 1, NAME: 'a' },
      { ID: 2, NAME: 'b' },
      { ID: 3, NAME: null },
    ]);
  });

  it('that are missing are a refusal', async () => {
    await expect(execute('SELECT :1, :2', { binds: [1] })).rejects.toThrow('Bind variable :2 not set');
  });
});

describe('asynchronous queries', () => {
  it('are asked for until they are done', async () => {
    const submitted = await execute('SELECT COUNT(*) AS "n" FROM TABLE(GENERATOR(ROWCOUNT => 5000))', {
      asyncExec: true,
    });
    const queryId = submitted.getQueryId();
    const statement = await connection.getResultsFromQueryId({ queryId });
    const done = await new Promise<RowStatement>((resolve, reject) => {
      connection.fetchResult({
        queryId: statement.getQueryId(),
        complete: (error, fetched) => (error ? reject(error) : resolve(fetched)),
      });
    });
    expect(await rowsOf(done)).toEqual([{ n: 5000 }]);
    expect(await connection.getQueryStatus(queryId)).toBe('SUCCESS');
    expect(server.requests).toContain(`/monitoring/queries/${queryId}`);
  });

  it('that fail say so', async () => {
    const queryId = (await execute('SELECT * FROM nowhere', { asyncExec: true })).getQueryId();
    await expect(connection.getResultsFromQueryId({ queryId })).rejects.toThrow();
    expect(await connection.getQueryStatus(queryId)).toBe('FAILED_WITH_ERROR');
  });

  it('may take several rounds', async () => {
    server.faults.add(
      { at: 'query', kind: 'slow' },
      { at: 'result', kind: 'slow' },
      { at: 'result', kind: 'slow' },
    );
    expect(await rowsOf(await execute('SELECT 1 AS "n"'))).toEqual([{ n: 1 }]);
    expect(server.faults.left).toBe(0);
  });
});

it('tells that a query still runs, before the driver sends it again', async () => {
  const hasty = await startSnowflakeServer({ patience: 1 });
  const own = await connectTo(hasty);
  const sql = 'SELECT SEQ4() AS "n" FROM TABLE(GENERATOR(ROWCOUNT => 300000))';
  expect(await rowsOf(await execute(sql, {}, own))).toHaveLength(300_000);
  expect(hasty.requests.filter((path) => path.endsWith('/result')).length).toBeGreaterThan(0);
  await disconnect(own);
  await hasty.close();
});

it('describes without running', async () => {
  const statement = await execute(`SELECT 1 AS "n", 'x'::VARCHAR AS "s"`, { describeOnly: true });
  expect((statement.getColumns() ?? []).map((column) => [column.getName(), column.getType()])).toEqual([
    ['n', 'fixed'],
    ['s', 'text'],
  ]);
  expect(await rowsOf(statement)).toEqual([]);
});

it('hands out compressed chunks', async () => {
  const statement = await execute('SELECT SEQ4() AS "n" FROM TABLE(GENERATOR(ROWCOUNT => 3500))');
  const before = server.requests.filter((path) => path.startsWith('/chunks/')).length;
  expect(await rowsOf(statement)).toHaveLength(3500);
  expect(server.requests.filter((path) => path.startsWith('/chunks/'))).toHaveLength(before + 4);
});

describe('what the Python connector and SQLAlchemy ask beside queries', () => {
  const answer = z.object({ data: z.object({ token: z.string(), rowset: z.array(z.unknown()) }).partial() });

  /** A request as the Python connector sends it. */
  async function post(path: string, body: unknown, token = 'None') {
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        authorization: `Snowflake Token="${token}"`,
      },
      body: gzipSync(JSON.stringify(body)),
    });
    return answer.parse(await response.json()).data;
  }

  async function sessionBeginningIn(place: string): Promise<unknown> {
    const data = { LOGIN_NAME: defaultAccount.user, PASSWORD: defaultAccount.password };
    const { token } = await post(`/session/v1/login-request?${place}`, { data });
    const sqlText = 'SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()';
    return (await post('/queries/v1/query-request', { sqlText }, token)).rowset;
  }

  it('comes compressed, and begins where the login says', async () => {
    expect(await sessionBeginningIn('databaseName=demo&schemaName=nexus')).toEqual([['DEMO', 'NEXUS']]);
    expect(await sessionBeginningIn('databaseName=demo&schemaName=none')).toEqual([
      ['DEMO', expect.anything()],
    ]);
  });

  it('is the columns of a table, in their order', async () => {
    await execute(
      `CREATE TABLE described ("id" NUMBER(38,0), name VARCHAR, price NUMBER(10,2), ratio FLOAT, seen TIMESTAMP_NTZ, props VARIANT)`,
    );
    const rows = await rowsOf(await execute('DESC /* columns */ TABLE "NEXUS"."DESCRIBED" TYPE = COLUMNS'));
    expect(rows).toMatchObject([
      { name: 'id', type: 'NUMBER(38,0)', kind: 'COLUMN', 'null?': 'Y', 'primary key': 'N', comment: null },
      { name: 'NAME', type: 'VARCHAR(16777216)' },
      { name: 'PRICE', type: 'NUMBER(10,2)' },
      { name: 'RATIO', type: 'FLOAT' },
      { name: 'SEEN', type: 'TIMESTAMP_NTZ(9)' },
      { name: 'PROPS', type: 'VARIANT' },
    ]);
    await expect(execute('DESC TABLE nowhere')).rejects.toThrow("Object 'NOWHERE' does not exist");
  });

  it('is the version', async () => {
    expect(await rowsOf(await execute('SELECT CURRENT_VERSION() AS "v"'))).toEqual([
      { v: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    ]);
  });

  it('is the end of transactions, begun or not', async () => {
    await execute('CREATE TABLE ended (n NUMBER)');
    await execute('ROLLBACK');
    await execute('COMMIT');
    await execute('BEGIN');
    await execute('INSERT INTO ended VALUES (1)');
    await execute('ROLLBACK');
    expect(await rowsOf(await execute('SELECT COUNT(*) AS "n" FROM ended'))).toEqual([{ n: 0 }]);
  });
});
