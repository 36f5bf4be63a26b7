import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { errorsOf, lastState, read } from '../support/reading.ts';

/** An event has one message id, whatever becomes of its person: Customer.io counts every other id as another event. */

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'event-ids-'));
  path = join(folder, 'w.duckdb');
  await sql(
    `CREATE TABLE nexus_entities AS SELECT * FROM (VALUES
      ('per_1', 'ada@example.com', 'device-1'), ('per_2', 'Ada@example.com ', NULL), ('per_3', 'bob@example.com', 'd3'),
      ('per_4', NULL, 'd4')) v(entity_id, email, segment_anonymous_id),
      (SELECT 'person' AS entity_type, TIMESTAMP '2024-01-01' AS _updated_at, TIMESTAMP '2023-01-01' AS _created_at) AS rest`,
    `CREATE TABLE nexus_events AS SELECT * FROM (VALUES ('one', 'visit'), ('twice', 'call'), ('both', 'meet'), ('half', 'chat'))
      v(event_id, event_name), (SELECT TIMESTAMP '2024-01-01 10:00:00' AS occurred_at, 'web' AS event_type, 'src' AS source) AS rest`,
    `CREATE TABLE nexus_entity_participants AS SELECT *, 'person' AS entity_type FROM (VALUES ('one', 'per_1', 'visitor'),
      ('twice', 'per_1', 'visitor'), ('twice', 'per_1', 'payer'), ('twice', 'per_2', NULL), ('both', 'per_1', 'a'),
      ('both', 'per_3', 'b'), ('half', 'per_3', 'a'), ('half', 'per_4', 'b')) v(event_id, entity_id, role)`,
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function sql(...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

const eventsOf = (config: object = {}, state: readonly AirbyteStateMessage[] = []) =>
  read({ warehouse: { type: 'duckdb', path }, ...config }, state, ['events']);

/** Message ids by the event's own id, in order. */
async function idsOf(config: object = {}): Promise<string[]> {
  const { rows } = await eventsOf(config);
  return rows.map((row) => `${row.event_id ?? row.event} ${row.messageId}`).sort();
}

const entities = (change: string, id = 'per_1') =>
  `UPDATE nexus_entities SET ${change}, _updated_at = TIMESTAMP '2024-02-01' WHERE entity_id = '${id}'`;

const changes: readonly (readonly [string, ...string[]])[] = [
  ['a new device', entities(`segment_anonymous_id = 'device-2'`)],
  ['no device any more', entities('segment_anonymous_id = NULL')],
  ['another spelling', entities(`email = 'ADA@Example.com'`)],
  ['padding', entities(`email = '  ada@example.com'`)],
  ['another role', `UPDATE nexus_entity_participants SET role = 'other'`],
  ['one more role', `INSERT INTO nexus_entity_participants VALUES ('one', 'per_1', 'payer', 'person')`],
];

describe('the shipped model', () => {
  it('gives an event to each of its persons once', async () => {
    const ids = await idsOf();
    expect(ids.map((id) => id.split(' ')[0])).toEqual(['both', 'both', 'half', 'one', 'twice']);
    expect(new Set(ids).size).toBe(5);
  });

  it.each([
    ...changes,
    [
      'a new address',
      entities(`email = 'ada@elsewhere.com'`),
      entities(`email = 'ada@elsewhere.com'`, 'per_2'),
    ],
    [
      'two entities that become one',
      `DELETE FROM nexus_entities WHERE entity_id = 'per_2'`,
      `DELETE FROM nexus_entity_participants WHERE entity_id = 'per_2'`,
    ],
  ])('keeps the ids after %s', async (_, ...statements) => {
    const before = await idsOf();
    await sql(...statements);
    expect(await idsOf()).toEqual(before);
  });

  it('keeps the ids of events of one person where the entity is renamed', async () => {
    const alone = async () => (await idsOf()).filter((id) => !id.startsWith('both'));
    const before = await alone();
    await sql(
      `UPDATE nexus_entities SET entity_id = 'per_0' WHERE entity_id = 'per_1'`,
      `UPDATE nexus_entity_participants SET entity_id = 'per_0' WHERE entity_id = 'per_1'`,
    );
    expect(await alone()).toEqual(before);
  });

  it('keeps the ids where a person of the event gets an email later', async () => {
    const before = await idsOf();
    await sql(entities(`email = 'eve@example.com'`, 'per_4'));
    const after = await idsOf();
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(6);
  });
});

const joined = `FROM nexus_events e JOIN nexus_entity_participants p USING (event_id) JOIN nexus_entities n USING (entity_id)
  WHERE n.entity_id IN ('per_1', 'per_3') AND p.role IS DISTINCT FROM 'payer'`;
const person = `n.email AS "userId", n.segment_anonymous_id AS "anonymousId", e.occurred_at AS "timestamp", e.event_name AS "event"`;

describe.each([
  ['event_id', `SELECT ${person}, event_id ${joined}`],
  ['EVENT_ID', `SELECT ${person}, event_id AS "EVENT_ID" ${joined}`],
  ['messageId', `SELECT ${person}, event_id || n.entity_id AS "messageId" ${joined}`],
  ['no id', `SELECT ${person} ${joined}`],
])('a model of one’s own with %s', (_, query) => {
  const config = { events: [{ from: 'sql', sql: query }] };
  it.each(changes.slice(0, 4))('keeps the ids after %s', async (_change, ...statements) => {
    const before = await idsOf(config);
    await sql(...statements);
    const after = await idsOf(config);
    expect(after).toEqual(before);
    expect(new Set(after).size).toBe(5);
  });
});

it('does not make one event of rows without an id', async () => {
  const rows = `(VALUES (NULL, 'a', 1), (NULL, 'a', 2), ('', 'a', 3), (' ', 'b', 3)) v(id, "userId", n)`;
  for (const id of ['messageId', 'event_id']) {
    const query = `SELECT id AS "${id}", "userId", n, 'seen' AS "event", TIMESTAMP '2024-01-01' AS "timestamp" FROM ${rows}`;
    const read = await eventsOf({ events: [{ from: 'sql', sql: query }] });
    expect(new Set(read.rows.map((row) => row.messageId)).size).toBe(4);
  }
});

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const base32 = (number: bigint, digits: number): string =>
  Array.from(
    { length: digits },
    (_, i) => alphabet[Number((number >> BigInt(5 * (digits - 1 - i))) & 31n)],
  ).join('');

/** A message id as the first version made it. */
function firstId(identity: string): string {
  const hash = createHash('md5').update(identity).digest('hex').slice(0, 20);
  return base32(BigInt(Date.parse('2024-01-01T10:00:00Z')), 10) + base32(BigInt(`0x${hash}`), 16);
}

describe('a state of the first version', () => {
  const firstState = (definition: string): AirbyteStateMessage[] => [
    {
      type: 'STREAM',
      stream: {
        stream_descriptor: { name: 'events' },
        stream_state: {
          models: { customer_io_events: { definition, timestamp: '2023-01-01T00:00:00', key: '' } },
        },
      },
    },
  ];

  it('keeps the ids that it has sent, now and in the next runs', async () => {
    const first = await eventsOf({}, firstState('of the model as it was'));
    expect(errorsOf(first)).toEqual([]);
    const one = first.rows.find((row) => row.event_id === 'one');
    expect(one).toMatchObject({ messageId: firstId('one|ada@example.com|device-1|visit') });
    const again = await eventsOf({ lookback: '1d' }, lastState(first));
    expect(again.rows.find((row) => row.event_id === 'one')).toEqual(one);
    expect(JSON.stringify(lastState(again))).toContain('"ids":1');
  });

  it('is left behind by a read from the start', async () => {
    const fresh = await eventsOf();
    expect(fresh.rows.find((row) => row.event_id === 'one')?.messageId).toBe(firstId('one'));
    expect(JSON.stringify(lastState(fresh))).toContain('"ids":2');
  });

  it('is refused by a table of that name, which is another definition', async () => {
    await sql(
      `CREATE TABLE customer_io_events AS SELECT 'a' AS "userId", TIMESTAMP '2024-01-01' AS "timestamp", 'x' AS "event"`,
    );
    expect(errorsOf(await eventsOf({}, firstState('of the model as it was')))).toEqual([
      expect.stringContaining('The state was written by another definition of the model'),
    ]);
  });
});
