import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AirbyteCatalog, AirbyteMessage, AirbyteStateMessage } from '../protocol/messages.ts';
import { nexusSource } from './source.ts';

type Row = Record<string, unknown>;

let folder: string;
let databases = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-test-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function run(path: string, ...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** A new database made by the statements, and a config that reads it. */
async function source(statements: readonly string[], rest: Row = {}) {
  databases += 1;
  const path = join(folder, `${databases}.duckdb`);
  await run(path, ...statements);
  return { path, config: { warehouse: { type: 'duckdb', path }, changes: 'cursor', ...rest } };
}

async function catalogOf(config: unknown): Promise<AirbyteCatalog> {
  for await (const message of nexusSource.discover(config)) {
    if (message.type === 'CATALOG') return message.catalog;
  }
  throw new Error('no catalog');
}

const emptyStream = (name: string) => ({ name, json_schema: {} });

interface ReadResult {
  readonly rows: Row[];
  readonly states: AirbyteStateMessage[];
  /** How many rows had come when each state came. */
  readonly rowsAtState: number[];
  readonly others: AirbyteMessage[];
}

async function read(
  config: unknown,
  state: readonly AirbyteStateMessage[] = [],
  streams: readonly string[] = ['persons'],
  mode: 'incremental' | 'full_refresh' = 'incremental',
): Promise<ReadResult> {
  const result: ReadResult = { rows: [], states: [], rowsAtState: [], others: [] };
  const catalog = {
    streams: streams.map((name) => ({
      stream: emptyStream(name),
      sync_mode: mode,
      destination_sync_mode: 'append' as const,
    })),
  };
  const { signal } = new AbortController();
  for await (const output of nexusSource.read({ config, catalog, state, signal })) {
    if (output.type === 'RECORD_LINES') {
      const lines = Buffer.from(output.lines).toString().trimEnd().split('\n');
      expect(lines).toHaveLength(output.count);
      result.rows.push(...lines.map((line) => JSON.parse(line).record.data));
    } else if (output.type === 'STATE') {
      result.states.push(output.state);
      result.rowsAtState.push(result.rows.length);
    } else if (output.type !== 'CHANGES' && output.type !== 'FINDING') result.others.push(output);
  }
  return result;
}

const lastState = ({ states }: ReadResult): AirbyteStateMessage[] => states.slice(-1);
const ids = ({ rows }: ReadResult): unknown[] => rows.map((row) => row.userId);
const tableConfig = { persons: [{ from: 'relation', name: 'p' }] };
const table = `CREATE TABLE p ("userId" VARCHAR, "timestamp" TIMESTAMP, note VARCHAR)`;

describe('the cursor', () => {
  it('goes on strictly after the last row, so ties are neither lost nor sent again', async () => {
    const { path, config } = await source(
      [
        table,
        `INSERT INTO p VALUES ('b', '2024-01-01', ''), ('a', '2024-01-01', ''), ('c', '2024-01-02', '')`,
      ],
      tableConfig,
    );
    const first = await read(config);
    expect(ids(first)).toEqual(['a', 'b', 'c']);
    expect(await read(config, lastState(first)).then(ids)).toEqual([]);
    await run(path, `INSERT INTO p VALUES ('d', '2024-01-02', ''), ('e', '2024-02-01 00:00:00.000001', '')`);
    expect(await read(config, lastState(first)).then(ids)).toEqual(['d', 'e']);
  });

  it.each([
    ['that all differ', 1, 4],
    ['of equal timestamp and key, longer than a batch', 3000, 1],
  ])(
    'can be taken up at every state, with exactly the rows that were left: runs %s',
    async (_, length, least) => {
      const { config } = await source(
        [
          table,
          `INSERT INTO p SELECT 'u' || (i // ${length}), TIMESTAMP '2024-01-01' + to_seconds(i // ${length}), i FROM range(40000) t(i)`,
        ],
        tableConfig,
      );
      const whole = await read(config);
      expect(whole.rows).toHaveLength(40_000);
      expect(whole.states.length).toBeGreaterThanOrEqual(least);
      expect(whole.states.reduce((sum, state) => sum + (state.sourceStats?.recordCount ?? 0), 0)).toBe(
        40_000,
      );
      for (const [index, state] of whole.states.entries()) {
        const rest = await read(config, [state]);
        expect(rest.rows).toHaveLength(40_000 - (whole.rowsAtState[index] ?? 0));
      }
    },
  );

  it('reads rows without a timestamp in the first run only, and says so', async () => {
    const { config } = await source(
      [table, `INSERT INTO p VALUES ('a', NULL, ''), ('b', '2024-01-01', '')`],
      tableConfig,
    );
    const first = await read(config);
    expect(ids(first)).toEqual(['a', 'b']);
    expect(JSON.stringify(first.others)).toContain('1 rows have no timestamp');
    expect(await read(config, lastState(first)).then(ids)).toEqual([]);
  });

  it('sends a row of the future once, again when it changes, and never passes the present', async () => {
    const { path, config } = await source(
      [table, `INSERT INTO p VALUES ('now', '2024-01-01', ''), ('later', '2099-01-01', 'v1')`],
      tableConfig,
    );
    const first = await read(config);
    expect(ids(first)).toEqual(['now', 'later']);
    const second = await read(config, lastState(first));
    expect(ids(second)).toEqual([]);
    await run(
      path,
      `INSERT INTO p VALUES ('new', '2024-06-01', '')`,
      `UPDATE p SET note = 'v2' WHERE "userId" = 'later'`,
    );
    const third = await read(config, lastState(second));
    expect(ids(third)).toEqual(['new', 'later']);
    expect(await read(config, lastState(third)).then(ids)).toEqual([]);
  });

  it('goes back by the look-back, but its state does not', async () => {
    const { path, config } = await source([table, `INSERT INTO p VALUES ('a', '2024-01-10', '')`], {
      ...tableConfig,
      lookback: '2d',
    });
    const first = await read(config);
    await run(path, `INSERT INTO p VALUES ('late', '2024-01-09', ''), ('too late', '2024-01-07', '')`);
    const second = await read(config, lastState(first));
    expect(ids(second)).toEqual(['late', 'a']);
    expect(lastState(second)[0]?.stream?.stream_state).toEqual(lastState(first)[0]?.stream?.stream_state);
  });

  it('gives nothing for a state far ahead, and gives that state back', async () => {
    const { config } = await source([table, `INSERT INTO p VALUES ('a', '2024-01-10', '')`], tableConfig);
    const [state] = lastState(await read(config));
    const ahead = JSON.parse(JSON.stringify(state).replace('2024-01-10T00:00:00', '9999-01-01T00:00:00'));
    const result = await read(config, [ahead]);
    expect(result.rows).toEqual([]);
    expect(lastState(result)[0]?.stream).toEqual(ahead.stream);
  });

  it('refuses the state of another definition by default', async () => {
    const sql = (note: string) => ({
      persons: [{ from: 'sql', sql: `SELECT *, '${note}' AS n FROM {{ ref('p') }}` }],
    });
    const { config } = await source([table, `INSERT INTO p VALUES ('a', '2024-01-10', '')`], sql('one'));
    const state = lastState(await read(config));
    const changed = { ...config, ...sql('two') };
    expect(JSON.stringify((await read(changed, state)).others)).toMatch(
      /written by another definition.*Reset/,
    );
    expect(await read({ ...changed, on_model_change: 'accept' }, state).then(ids)).toEqual([]);
  });

  it('fills last_sync_time from the state: 0 at first, and no tie is lost to a strict comparison', async () => {
    const sql = `SELECT *, {{ last_sync_time }} AS since FROM p WHERE TO_TIMESTAMP_NTZ("timestamp") > TO_TIMESTAMP_NTZ({{last_sync_time}})`;
    const { path, config } = await source([table, `INSERT INTO p VALUES ('a', '2024-01-10', '')`], {
      persons: [{ from: 'sql', sql }],
    });
    const first = await read(config);
    expect(first.rows).toMatchObject([{ userId: 'a', since: 0 }]);
    await run(path, `INSERT INTO p VALUES ('b', '2024-01-10', '')`);
    const second = await read(config, lastState(first));
    expect(second.rows).toMatchObject([{ userId: 'b', since: Date.UTC(2024, 0, 10) / 1000 - 1 }]);
  });

  it('refuses a state that is not ours', async () => {
    const { config } = await source([table], tableConfig);
    const foreign: AirbyteStateMessage = {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'persons' }, stream_state: { updated_at: 'x' } },
    };
    await expect(read(config, [foreign])).rejects.toThrow(/not written by this source/);
  });
});

describe('reading', () => {
  const two = {
    objects: [
      { from: 'relation', name: 'o1' },
      { from: 'relation', name: 'o2' },
    ],
  };
  const object = (name: string, id: string, extra: string) =>
    `CREATE TABLE ${name} AS SELECT '${id}' AS "groupId", 1 AS "objectTypeId", TIMESTAMP '2024-01-01' AS "timestamp", ${extra}`;

  it('reads several models in one stream, each with its own cursor', async () => {
    const { path, config } = await source([object('o1', 'x', '1 AS a'), object('o2', 'y', `'t' AS b`)], two);
    const first = await read(config, [], ['objects']);
    expect(first.rows.map((row) => row.groupId)).toEqual(['x', 'y']);
    await run(path, `INSERT INTO o1 VALUES ('z', 1, '2024-01-02', 2)`);
    const second = await read(config, lastState(first), ['objects']);
    expect(second.rows).toEqual([{ groupId: 'z', objectTypeId: 1, timestamp: '2024-01-02T00:00:00', a: 2 }]);
  });

  it('gives a STATE in full refresh and for an empty stream too', async () => {
    const { config } = await source([table], tableConfig);
    for (const mode of ['full_refresh', 'incremental'] as const) {
      const result = await read(config, [], ['persons'], mode);
      expect(result.states.map((state) => state.sourceStats)).toEqual([{ recordCount: 0 }]);
    }
  });

  it('says which stream failed, and reads the others', async () => {
    const { config } = await source(
      [table, `INSERT INTO p VALUES ('a', '2024-01-01', '')`, object('bad', 'x', `'NaN'::DOUBLE AS score`)],
      { ...tableConfig, objects: [{ from: 'relation', name: 'bad' }], on_bad_value: 'fail' },
    );
    const result = await read(config, [], ['objects', 'persons']);
    expect(ids(result)).toEqual(['a']);
    const error = result.others.find((m) => m.type === 'TRACE' && m.trace.type === 'ERROR');
    expect(error).toMatchObject({
      trace: { error: { stream_descriptor: { name: 'objects' }, failure_type: 'config_error' } },
    });
    expect(JSON.stringify(error)).toMatch(/objects, bad: .*score.* holds NaN or Infinity.*x\|1/);
  });

  it('reads models that the config itself holds', async () => {
    const { config } = await source([table, `INSERT INTO p VALUES ('a', '2024-01-01', 'x')`], {
      persons: [{ from: 'model', name: 'mine' }],
      inline_models: [
        { name: 'base', sql: 'SELECT * FROM p' },
        { name: 'mine', sql: "SELECT * FROM {{ ref('base') }}" },
      ],
    });
    expect(ids(await read(config))).toEqual(['a']);
  });

  it('names near streams for one that the catalog invents', async () => {
    const { config } = await source([table], tableConfig);
    await expect(read(config, [], ['person'])).rejects.toThrow(/"person".*Did you mean persons/);
  });

  it('names near columns for a required one that is missing', async () => {
    const { config } = await source(
      ['CREATE TABLE q AS SELECT 1 AS user_id, now()::TIMESTAMP AS "timestamp"'],
      {
        persons: [{ from: 'relation', name: 'q' }],
      },
    );
    const result = await read(config);
    expect(JSON.stringify(result.others)).toMatch(/no column .*userId.*user_id/);
  });
});

describe('events', () => {
  const events = (columns: string) => ({
    events: [{ from: 'sql', sql: `SELECT ${columns} FROM {{ ref('e') }}` }],
  });
  const make = [
    `CREATE TABLE e AS SELECT * FROM (VALUES ('a', 'seen', TIMESTAMP '2024-01-01', 'e1', 1), ('a', 'seen', TIMESTAMP '2024-01-01', 'e2', 1), ('b', 'seen', NULL, 'e2', 1)) t("userId", "event", "timestamp", event_id, n)`,
  ];

  it('have one message id for one row in every run, from event_id and person', async () => {
    const { path, config } = await source(make, events('*'));
    const before = (await read(config, [], ['events'])).rows.map((row) => row.messageId);
    expect(new Set(before).size).toBe(3);
    await run(path, 'UPDATE e SET n = 2');
    expect((await read(config, [], ['events'])).rows.map((row) => row.messageId)).toEqual(before);
  });

  it('are told apart by the whole row where they have no event_id', async () => {
    const { config } = await source(make, events('"userId", "event", "timestamp", n'));
    const rows = (await read(config, [], ['events'])).rows.map((row) => row.messageId);
    expect(rows).toHaveLength(3);
    expect(new Set(rows).size).toBe(2);
  });
});

describe('discover', () => {
  it('gives a schema that every record fits, with no column beside it', async () => {
    const { config } = await source(
      [
        `CREATE TABLE p AS SELECT 'a' AS "userId", TIMESTAMP '2024-01-01' AS "timestamp", 1 AS i, 1.5::DECIMAL(9,2) AS d, DATE '2024-01-01' AS day, '{"a":1}'::JSON AS j, [1] AS l, {'x': 1} AS s, true AS b, 'x'::BLOB AS bytes, now() AS tz`,
      ],
      tableConfig,
    );
    const [stream] = (await catalogOf(config)).streams;
    expect(stream).toMatchObject({
      name: 'persons',
      source_defined_primary_key: [['userId']],
      default_cursor_field: ['timestamp'],
    });
    const validate = new Ajv({ strict: false, validateFormats: false }).compile({
      ...stream?.json_schema,
      additionalProperties: false,
    });
    const { rows } = await read(config);
    expect(rows.map((row) => validate(row) || validate.errors)).toEqual([true]);
    expect(validate({ ...rows[0], unknown: 1 })).toBe(false);
  });

  it('says what is missing where nothing can be read', async () => {
    const { config } = await source(['CREATE TABLE x (a INTEGER)']);
    await expect(catalogOf(config)).rejects.toThrow(/Nothing to read.*It has x/);
  });
});

describe('a config that does not fit', () => {
  const path = '/nowhere/w.duckdb';
  it.each([
    [{}, /warehouse/],
    [{ warehouse: { type: 'oracle' } }, /warehouse\.type: it must be duckdb or snowflake\.$/],
    [{ warehose: { type: 'duckdb', path } }, /unknown key "warehose".* Did you mean "warehouse"\?$/],
    [{ warehouse: { type: 'duckdb' } }, /warehouse\.path/],
    [{ warehouse: { type: 'duckdb', path }, person: [] }, /unknown key "person".*persons/],
    [{ warehouse: { type: 'duckdb', path }, persons: [{ from: 'mode', name: 'x' }] }, /persons\[0\]/],
    [{ warehouse: { type: 'duckdb', path } }, /does not exist/],
  ])('%j fails the check with one clear message', async (config, message) => {
    const messages = [];
    for await (const output of nexusSource.check(config)) messages.push(output);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      connectionStatus: { status: 'FAILED', message: expect.stringMatching(message) },
    });
  });
});
