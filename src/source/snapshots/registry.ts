import { isDeepStrictEqual } from 'node:util';
import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { fateOf, type ProcessIdentity, thisProcess } from '../../files/process-identity.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { TextRow, Warehouse } from '../../warehouse/warehouse.ts';
import { type Position, positionSchema } from './position.ts';

/** The version of the tables. */
const version = 1;

const registryName = 'nexus_customer_io_snapshots';

/** What the registry says of one stream of one base. */
export interface Entry {
  readonly base: string;
  readonly stream: StreamName;
  /** What the base's table holds: a generation up to a position. 0 before the first. */
  readonly generation: number;
  readonly position: Position;
  /** The base's table; undefined before the first. */
  readonly table: string | undefined;
  /** The stage that was read last. */
  readonly staged: { readonly generation: number; readonly table: string } | undefined;
  readonly hashedBy: string | undefined;
}

/** An entry in the eyes of who wants to have it. */
export interface Found extends Entry {
  readonly holder: string | undefined;
  /** Whether the holder's time has not run out, by the warehouse's clock. */
  readonly isHeld: boolean;
  readonly promotedAt: string | undefined;
}

/** How long a read may be silent before another may take its place; it says that it lives once a minute. */
const leaseMinutes = 3;

/** The schema that snapshots lie in, and what is known of it. */
interface RegistryPlace {
  readonly schema: string;
  readonly isBeside?: boolean;
  readonly isMade?: boolean;
}

/**
 * The table that says what each snapshot table is: a change of one row makes a stage the base, so that tables which
 * no row names are left-overs, whatever was killed when.
 */
export class Registry {
  readonly #warehouse: Warehouse;
  readonly #schema: string;
  readonly #create: readonly string[];
  readonly #permission: string;
  readonly #isMade: boolean;
  #known: Promise<readonly TextRow[]> | undefined;

  /**
   * `isBeside` where the tables lie in the file beside the warehouse; `isMade` where they must be there already, and
   * may not be made.
   */
  constructor(warehouse: Warehouse, { schema: schemaName, isBeside = false, isMade = false }: RegistryPlace) {
    const { schema, create, permission } = warehouse.snapshotSchema(schemaName, isBeside);
    this.#isMade = isMade;
    this.#permission = permission;
    this.#warehouse = warehouse;
    this.#schema = schema;
    this.#create = create;
  }

  /** SQL of a table of snapshots. */
  table(name: string): string {
    return `${this.#schema}.${this.#warehouse.dialect.quoteIdentifier(name)}`;
  }

  /** SQL of a table that goes with the session. */
  scratch(name: string): string {
    const { dialect } = this.#warehouse;
    return dialect.snapshot.scratch(this.#schema, dialect.quoteIdentifier(name));
  }

  /** Makes the table if it is not there yet. @throws ConnectorError where it can be neither read nor made */
  async open(): Promise<void> {
    try {
      await this.#rows();
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.failureType !== 'config_error') throw error;
      throw configError(
        `No snapshots can be kept in the schema ${this.#schema}: ${error.message} ${this.#permission}`,
        { cause: error },
      );
    }
  }

  /**
   * Every entry of a stream as this session found it, the newest first: it asks for all streams at once, and for what
   * is there `now` only where told.
   *
   * @throws ConnectorError where an entry was edited
   */
  async entries(stream: StreamName, now = false): Promise<readonly Found[]> {
    if (now) this.#known = undefined;
    const rows = await this.#rows();
    return rows.filter((row) => row.stream === stream).map((row) => foundOf(stream, row));
  }

  #rows(): Promise<readonly TextRow[]> {
    this.#known ??= this.#look();
    return this.#known;
  }

  async #look(): Promise<readonly TextRow[]> {
    const { dialect } = this.#warehouse;
    const sql = `SELECT "base", "stream", "version", "generation", "position", "table", "staged_generation", "staged_table",
  "hashed_by", "holder", CASE WHEN "held_until" > ${dialect.time.now} THEN 'true' ELSE 'false' END AS "is_held", ${dialect.time.print('"promoted_at"')} AS "promoted_at"
FROM ${this.table(registryName)} ORDER BY "promoted_at" DESC NULLS LAST`;
    return await this.#warehouse.rows(sql).catch(async (error: unknown) => {
      if (this.#isMade) throw error;
      await this.#make();
      return this.#warehouse.rows(sql);
    });
  }

  async #make(): Promise<void> {
    const { text, timestamp } = this.#warehouse.dialect.types.made;
    const table = `CREATE TABLE IF NOT EXISTS ${this.table(registryName)} (
  "base" ${text}, "stream" ${text}, "version" INTEGER, "generation" INTEGER, "position" ${text}, "table" ${text},
  "staged_generation" INTEGER, "staged_table" ${text}, "hashed_by" ${text}, "holder" ${text}, "held_until" ${timestamp},
  "promoted_at" ${timestamp})`;
    // Who may use a schema need not be allowed to make one.
    await this.#warehouse.execute(table).catch(async () => {
      for (const statement of [...this.#create, table]) await this.#warehouse.execute(statement);
    });
  }

  /** Makes a new entry, or replaces one that is begun anew, held by this read. */
  async begin(entry: Entry, holder: string): Promise<void> {
    const { dialect } = this.#warehouse;
    const text = (value: string | undefined) => (value === undefined ? 'NULL' : dialect.quoteString(value));
    await this.#warehouse.execute(`INSERT INTO ${this.table(registryName)}
  ("base", "stream", "version", "generation", "position", "table", "staged_generation", "staged_table", "hashed_by", "holder", "held_until", "promoted_at")
SELECT ${text(entry.base)}, ${text(entry.stream)}, ${version}, ${entry.generation}, ${text(JSON.stringify(entry.position))},
  ${text(entry.table)}, ${entry.staged?.generation ?? 'NULL'}, ${text(entry.staged?.table)}, ${text(entry.hashedBy)}, ${text(holder)},
  ${this.#lease()}, NULL`);
  }

  /** Writes what has become of an entry, while this read holds it or takes it from `before`; false where it may not. */
  async change(
    entry: Entry,
    { holder, before }: { readonly holder: string; readonly before?: string | undefined },
  ): Promise<boolean> {
    const { dialect } = this.#warehouse;
    const text = (value: string | undefined) => (value === undefined ? 'NULL' : dialect.quoteString(value));
    const was = before === undefined ? `"holder" IS NULL` : `"holder" = ${text(before)}`;
    const changed =
      await this.#warehouse.update(`UPDATE ${this.table(registryName)} SET "generation" = ${entry.generation},
  "position" = ${text(JSON.stringify(entry.position))}, "table" = ${text(entry.table)},
  "staged_generation" = ${entry.staged?.generation ?? 'NULL'}, "staged_table" = ${text(entry.staged?.table)},
  "hashed_by" = ${text(entry.hashedBy)}, "holder" = ${text(holder)}, "held_until" = ${this.#lease()}, "promoted_at" = ${dialect.time.now}
WHERE "base" = ${text(entry.base)} AND "stream" = ${text(entry.stream)} AND (${was} OR "holder" = ${text(holder)})`);
    return changed > 0;
  }

  /** Says that this read lives. */
  async renew(holder: string): Promise<void> {
    await this.#warehouse.execute(
      `UPDATE ${this.table(registryName)} SET "held_until" = ${this.#lease()} WHERE "holder" = ${this.#warehouse.dialect.quoteString(holder)}`,
    );
  }

  /** Lets go of all that this read holds. */
  async release(holder: string): Promise<void> {
    await this.#warehouse.execute(
      `UPDATE ${this.table(registryName)} SET "holder" = NULL, "held_until" = NULL WHERE "holder" = ${this.#warehouse.dialect.quoteString(holder)}`,
    );
  }

  #lease(): string {
    return `${this.#warehouse.dialect.time.now} + INTERVAL '${leaseMinutes} minutes'`;
  }
}

/** A name for this read, by which another on the same machine can tell whether it lives. */
export function newHolder(): string {
  return JSON.stringify({ ...thisProcess(), read: crypto.randomUUID().slice(0, 8) });
}

/** @throws ConnectorError where another read has the entry and may be alive */
export function requireFree(found: Found, holder: string): void {
  const { holder: other, isHeld, stream } = found;
  if (other === undefined || other === holder) return;
  const fate = fateOfHolder(other);
  if (fate === 'gone' || (fate === 'unknown' && !isHeld)) return;
  throw configError(
    `Another read of ${stream} is running with this state: ${placeOfHolder(other)}. Wait for it to end. If it was killed, try again after ${leaseMinutes} minutes.`,
    { stream },
  );
}

function holderOf(text: string): ProcessIdentity | undefined {
  try {
    const { read: _, ...identity } = JSON.parse(text);
    return identity;
  } catch {
    return undefined;
  }
}

function fateOfHolder(text: string): 'alive' | 'gone' | 'unknown' {
  const identity = holderOf(text);
  return identity === undefined ? 'unknown' : fateOf(identity);
}

const placeOfHolder = (text: string): string => {
  const { pid, host } = holderOf(text) ?? {};
  return pid === undefined ? 'of another connector' : `process ${pid} on ${host}`;
};

/** @throws ConnectorError where a newer version has made the tables, or somebody has edited them */
function foundOf(stream: StreamName, row: TextRow): Found {
  if (Number(row.version) > version) {
    throw configError(
      `The snapshots were made by a newer version of this connector. Use that version again, or set changes.schema to another schema to start again.`,
      { stream },
    );
  }
  const position = positionSchema.safeParse(parsed(row.position)).data;
  if (position === undefined || row.base === null || row.base === undefined) {
    throw configError(
      `The table ${registryName} has been edited: its row for ${stream} cannot be read. To start again, drop the schema of the snapshots and reset the stream. This removes nothing from Customer.io.`,
      { stream },
    );
  }
  const staged =
    typeof row.staged_table === 'string'
      ? { generation: Number(row.staged_generation), table: row.staged_table }
      : undefined;
  return {
    base: row.base,
    stream,
    generation: Number(row.generation),
    position,
    table: row.table ?? undefined,
    staged,
    hashedBy: row.hashed_by ?? undefined,
    holder: row.holder ?? undefined,
    isHeld: row.is_held === 'true',
    promotedAt: row.promoted_at ?? undefined,
  };
}

function parsed(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Whether a state is exactly where a base stands. */
export const isAt = (entry: Entry, generation: number, position: Position): boolean =>
  entry.generation === generation && isDeepStrictEqual(entry.position, position);
