import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { errorsOf, type ReadResult, read } from '../support/reading.ts';
import type { Database, Engine } from '../support/warehouses.ts';

/** Where cases of snapshots run: a warehouse, and the `changes` of a config, new for each case. */
export interface Place {
  readonly engine: Engine;
  changes(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

type Row = Readonly<Record<string, unknown>>;

/** A record in short: its key, and what a snapshot says of it. */
export function inShort(row: Row): string {
  const key = row.messageId === undefined ? [row.groupId, row.userId] : [row.event, row.userId];
  const lost = Array.isArray(row.unsetAttributes)
    ? ` without ${row.unsetAttributes.toSorted().join(' and ')}`
    : '';
  const into = typeof row.mergedInto === 'string' ? ` is ${row.mergedInto}` : '';
  const gone = row._ab_cdc_deleted_at === undefined ? '' : ' left';
  return `${key.filter((part) => part !== undefined).join('/')}${lost}${into === '' ? gone : into}`;
}

export const tables = [
  `CREATE TABLE "p" ("userId" VARCHAR, "timestamp" TIMESTAMP, "name" VARCHAR, "plan" VARCHAR)`,
  `CREATE TABLE "q" ("userId" VARCHAR, "timestamp" TIMESTAMP, "name" VARCHAR, "_nexus_entity_id" VARCHAR)`,
  `CREATE TABLE "o" ("groupId" VARCHAR, "objectTypeId" VARCHAR, "timestamp" TIMESTAMP, "name" VARCHAR)`,
  `CREATE TABLE "r" ("groupId" VARCHAR, "objectTypeId" VARCHAR, "userId" VARCHAR, "timestamp" TIMESTAMP, "role" VARCHAR, "level" VARCHAR)`,
  `CREATE TABLE "e" ("event_id" VARCHAR, "userId" VARCHAR, "timestamp" TIMESTAMP, "event" VARCHAR, "price" VARCHAR)`,
];

const attributes = {
  duckdb: `json_object('role', "role", 'level', "level")`,
  snowflake: `OBJECT_CONSTRUCT_KEEP_NULL('role', "role", 'level', "level")`,
};

const relation = (name: string) => ({ from: 'relation', name });

/** Streams of the tables above. */
export const streamsOf = ({ dialect }: Pick<Engine, 'dialect'>): Readonly<Record<string, unknown>> => ({
  persons: [relation('p')],
  objects: [relation('o')],
  relationships: [
    {
      from: 'sql',
      sql: `SELECT "groupId", "objectTypeId", "userId", "timestamp", ${attributes[dialect]} AS "relationshipAttributes" FROM "r"`,
    },
  ],
  events: [relation('e')],
});

/** A warehouse that lives through days, each of which is read as a sync would. */
export class Life {
  readonly database: Database;
  config: Readonly<Record<string, unknown>>;
  state: readonly AirbyteStateMessage[] = [];
  readonly #streams: readonly string[];

  private constructor(
    database: Database,
    config: Readonly<Record<string, unknown>>,
    streams: readonly string[],
  ) {
    this.database = database;
    this.config = config;
    this.#streams = streams;
  }

  static async begin(
    place: Place,
    { streams, more = {} }: { readonly streams: readonly string[]; readonly more?: Row },
  ): Promise<Life> {
    const database = await place.engine.create();
    await database.run(...tables);
    const { warehouse } = database;
    const given = streamsOf(place.engine);
    const config = { warehouse, ...given, ...more, changes: { ...place.changes(), ...changesIn(more) } };
    return new Life(database, config, streams);
  }

  /** Reads without keeping the state. */
  look(state: readonly AirbyteStateMessage[] = this.state): Promise<ReadResult> {
    return read(this.config, state, this.#streams);
  }

  /** Changes the tables, and reads; a stream that gives no state keeps its own. */
  async day(...changes: readonly string[]): Promise<ReadResult> {
    if (changes.length > 0) await this.database.run(...changes);
    const result = await this.look();
    const errors = errorsOf(result);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    this.state = result.states.slice(-this.#streams.length);
    return result;
  }

  /** The records of a day in short. */
  async told(...changes: readonly string[]): Promise<string[]> {
    return (await this.day(...changes)).rows.map(inShort);
  }
}

function changesIn({ changes }: Row): Row {
  return typeof changes === 'object' && changes !== null ? { ...changes } : {};
}
