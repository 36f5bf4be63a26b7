import type { Column, Dialect } from './dialect.ts';

export type { Column, Dialect, HashedColumn, JsonField, ObjectField } from './dialect.ts';

/** A table or view of the configured schema. */
export interface Relation {
  readonly name: string;
  /** The schema that holds it, where that is not the configured one: see {@link runSchema}. */
  readonly schema?: string;
  /** The name that it is built under, while a run has not put it in its place yet. */
  readonly at?: string;
  readonly columns: readonly Column[];
}

/** SQL of a relation as models read it. */
export function relationSql(
  { schema, name, at = name }: Relation,
  { quoteIdentifier }: Pick<Dialect, 'quoteIdentifier'>,
): string {
  return schema === undefined ? quoteIdentifier(at) : `${quoteIdentifier(schema)}.${quoteIdentifier(at)}`;
}

/**
 * Where `run` puts the nexus tables if others, such as dbt's, stand in the configured schema. What is there is read
 * in their place.
 */
export const runSchema = (schema: string, { foldIdentifier }: Pick<Dialect, 'foldIdentifier'>): string =>
  `${schema}${foldIdentifier('_nexus_run')}`;

/** The relations of a schema, with those that `run` has made beside it in place of theirs. */
export function withRunTables(
  own: readonly Relation[],
  made: readonly Relation[],
  dialect: Dialect,
): Relation[] {
  const names = new Set(made.map(({ name }) => dialect.foldIdentifier(name)));
  return [...own.filter(({ name }) => !names.has(dialect.foldIdentifier(name))), ...made];
}

/** Values by column name, as text exactly as the warehouse casts them; null is SQL's NULL. */
export type TextRow = Readonly<Record<string, string | null>>;

/** One result batch of a query of finished lines (see {@link Warehouse.lines}). */
export interface LineBatch {
  /** The lines one after another, each ended by a newline. */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly first: TextRow;
  readonly last: TextRow;
}

/** SQL and the values of its `?`, in their order: a value that a row held never stands in SQL text. */
export interface BoundSql {
  readonly sql: string;
  readonly values: readonly string[];
}

/** The values of a query of lines, and what a warehouse that works on this machine may use of it. */
export interface LineOptions {
  /** The values of the query's `?`. */
  readonly values?: readonly string[];
  /** How many rows it has to sort. */
  readonly rows?: number;
  /** SQL of the rows from the last one on, that one among them, where it has to begin again midway. */
  readonly resume?: (last: TextRow) => BoundSql;
}

/**
 * What a warehouse is opened for: to read alone, so that others may read it too; to keep `snapshots` of what was
 * read, within the same bounds of memory; to be itself the `store` of those of another warehouse, made where it is not
 * there; or to `build` tables, with all the memory that the engine takes.
 */
export type Access = 'read' | 'snapshots' | 'store' | 'build';

/** A schema for snapshots: its SQL, and the statements that make it where it is not there. */
export interface SnapshotSchema {
  readonly schema: string;
  readonly create: readonly string[];
  /** What lets them be kept there, as a sentence: a grant. */
  readonly permission: string;
}

/** The only door to a database. Every method throws ConnectorError. */
export interface Warehouse {
  readonly dialect: Dialect;
  /** Every table and view of the schema with its columns: asked once, then remembered. */
  relations(): Promise<readonly Relation[]>;
  /**
   * Asks the database whether the text is one SELECT and no more: its own parser's word, not that of ours. What takes SQL
   * here (`describe`, `rows`, `lines`) holds it to that by itself; who puts SQL into a statement for `execute` asks before.
   */
  requireSelect(sql: string): Promise<void>;
  /** The columns that a query would give, without running it. */
  describe(sql: string, values?: readonly string[]): Promise<readonly Column[]>;
  /** Rows of a small result. */
  rows(sql: string, values?: readonly string[]): Promise<readonly TextRow[]>;
  /**
   * Streams a query whose first column is a finished line with its newline (see {@link JsonWords.line}),
   * and whose other columns are text; only the first and last row of a batch have those read.
   */
  lines(sql: string, options?: LineOptions): AsyncIterable<LineBatch>;
  execute(sql: string, values?: readonly string[]): Promise<void>;
  /** Runs an UPDATE, and tells how many rows it changed. */
  update(sql: string): Promise<number>;
  /** Adds rows, each a line of a JSON object whose values are texts, to a table whose columns are all text. */
  load(table: string, columns: readonly string[], lines: Uint8Array): Promise<void>;
  /** Where snapshots are kept: in the warehouse, or in the file beside it that it was opened with. */
  snapshotSchema(name: string, isBeside?: boolean): SnapshotSchema;
  /**
   * SQL of a query that means the same in any session of the database, for a view; undefined where that cannot be
   * said, as it leans on what only this session has.
   */
  forAnySession(sql: string): Promise<string | undefined>;
  close(): Promise<void>;
}
