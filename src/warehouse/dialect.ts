/** One column as the warehouse describes it. */
export interface Column {
  readonly name: string;
  /** The warehouse's own type, e.g. `VARCHAR`, `DECIMAL(18,2)`, `TIMESTAMP_NTZ(9)`. */
  readonly type: string;
}

/**
 * All that SQL says differently from warehouse to warehouse, as data and small functions that take SQL and give SQL.
 * Nobody asks which warehouse it is: what differs has a word here.
 */
export interface Dialect {
  /** What dbt calls it: `target.type`, and the prefix of macros that are its own. Never a question to ask. */
  readonly name: string;
  /** Quotes a name so that it is taken letter for letter. */
  quoteIdentifier(name: string): string;
  quoteString(text: string): string;
  /** The name that an unquoted identifier resolves to, for comparing. DuckDB ignores case, Snowflake upper-cases. */
  foldIdentifier(name: string): string;
  readonly types: TypeWords;
  readonly text: TextWords;
  readonly time: TimeWords;
  readonly json: JsonWords;
  readonly query: QueryWords;
  readonly ddl: DdlWords;
  readonly snapshot: SnapshotWords;
}

/** The types of the columns that are made. */
export type ColumnKind = 'text' | 'timestamp' | 'float' | 'boolean';

export interface TypeWords {
  /** The type of a new column. */
  readonly made: Readonly<Record<ColumnKind | 'integer', string>>;
  /** Whether the type is a date or timestamp, which `customer_io_identify` wraps in TO_TIMESTAMP_NTZ. */
  isTimestamp(type: string): boolean;
  /** Whether each value of the type has an offset of its own, which TO_TIMESTAMP_NTZ drops. */
  keepsOffset(type: string): boolean;
  isText(type: string): boolean;
  /** Whether the type may hold NaN and Infinity. */
  isFloat(type: string): boolean;
}

export interface TextWords {
  /** SQL of any value as text, as the warehouse prints it. */
  cast(sql: string): string;
  /**
   * SQL of a column's value as text that is compared character by character, whatever the column's collation. Bytes are
   * read as UTF-8; where they are none, the query fails and names the column.
   */
  exact(sql: string, column: Column): string;
  /** SQL of the length of a text in UTF-8. */
  byteLength(text: string): string;
  /** SQL of whether all of a text matches; the pattern keeps to what both warehouses' engines share. */
  matches(text: string, pattern: string): string;
  /** SQL of the first 16 hexadecimal digits of a text's MD5, in lower case: states hold them. */
  hash(text: string): string;
  /** SQL of a ULID: 48 bits of time (a timestamp expression) and 80 bits of a hash of the identity text. */
  ulid(timestamp: string, identity: string): string;
}

export interface TimeWords {
  /** SQL of the present, in UTC without a zone. */
  readonly now: string;
  /**
   * SQL of a timestamp without zone in UTC, of a column or expression of the type given: of a type with a zone the
   * instant counts, not what its clock showed.
   */
  utc(sql: string, type: string): string;
  /** SQL of the same for a cursor: with every digit, also of texts and numbers that hold a time. */
  cursor(sql: string, type: string): string;
  /** SQL of the time that a text holds, NULL where it holds none. */
  tryText(text: string): string;
  /** SQL of a timestamp from a literal text `YYYY-MM-DDTHH:MM:SS[.ffffff]`. */
  literal(text: string): string;
  /** SQL of a timestamp, to be compared with the `cursor` of the type given, of a bound text as `print` gives it. */
  bound(type: string): string;
  /** SQL of the timestamp that a text as `print` gives it holds. */
  ofText(text: string): string;
  /** SQL of a timestamp's text `YYYY-MM-DD HH:MM:SS[.fraction]` with every digit that it has. */
  print(timestamp: string): string;
}

/** How one column leaves the warehouse: its JSON Schema, and the SQL that makes its JSON value. */
export interface JsonField {
  readonly schema: Readonly<Record<string, unknown>>;
  /** SQL text of a JSON value; SQL NULL becomes JSON null. */
  readonly sql: string;
}

/** A name and the SQL of its JSON value. */
export interface ObjectField {
  readonly name: string;
  readonly sql: string;
}

/** What is to become of a value that cannot be sent. */
export type OnBadValue = 'null' | 'fail';

/** What a field is told of the row and the record that it is in. */
export interface FieldPlace {
  /** SQL text that names the row in the error about a value that cannot be sent. */
  readonly row?: string;
  /** Whether it is a part of the record's key, which must be text: bytes that are none are an error. */
  readonly isKey?: boolean;
  /** An error by default. `null` leaves a mark behind it: see bad-value.ts. */
  readonly onBad?: OnBadValue;
}

export interface JsonWords {
  field(column: Column, place: FieldPlace): JsonField;
  /** SQL of a JSON object text from names and JSON values. */
  object(fields: readonly ObjectField[]): string;
  /**
   * SQL of the finished line: prefix and suffix are literal texts around the JSON, given as SQL or as an object's fields;
   * `more` is SQL of the text of further members, with a comma before them.
   */
  line(prefix: string, json: string | readonly ObjectField[], suffix: string, more?: string): string;
}

/** How a statement is cut into strings, comments and words. */
export interface TokenRules {
  /** What begins a comment that goes on to the end of its line. */
  readonly lineComments: readonly string[];
  /** Whether a carriage return alone ends a line too. */
  readonly carriageReturnEndsLine: boolean;
  readonly nestsComments: boolean;
  /** Which strings know backslash escapes: all, or those with an E before them. */
  readonly backslashes: 'all' | 'afterE';
  /** Whether a dollar-quoted string may have a tag: `$tag$ … $tag$`. */
  readonly dollarTags: boolean;
}

export interface QueryWords {
  readonly tokens: TokenRules;
  /** What a quoted name is compared by. */
  nameKey(name: string): string;
  /** The clause that keeps one row of each key: the first in the order. */
  firstPerKey(key: string, order: string): string;
  /** Whether a query keeps the order of an ordered query that it selects from. */
  readonly keepsInnerOrder: boolean;
  /** Statements after which a session of another program runs models as they are: functions that they may call. */
  functions(): readonly string[];
  /** The line of the statement at which the engine says that it stumbled. */
  errorLine(message: string): number | undefined;
}

export type RelationKind = 'table' | 'view';

export interface DdlWords {
  /** Whether CREATE TABLE can be undone, so that readers see all the new tables or none. */
  readonly isTransactional: boolean;
  /** A query of every table and view of schemas, SQL texts with commas between: schema, name, `table` or `view`, comment. */
  standing(schemas: string): string;
  /** A statement that makes a relation of a query, in place of one of its kind; its grants stay. */
  replace(kind: RelationKind, relation: string, select: string): string;
  comment(kind: RelationKind, relation: string, text: string): string;
  /** A statement that makes a table of a query that goes with the session, in place of one of that name. */
  temporaryTable(table: string, select: string): string;
  /** Statements that make a schema, if there is none, and leave the session in the current one. Both are names. */
  createSchema(schema: string, current: string): readonly string[];
}

/** A column of a row whose hash is made: its name, its type, and its JSON value. */
export interface HashedColumn extends Column {
  readonly json: string;
}

/** A relation as a statement names it, and where it lies; in the configured schema by default. */
export interface PlacedRelation {
  readonly sql: string;
  readonly schema: string | undefined;
  readonly name: string;
}

/** How a warehouse tells that a table has not changed, without reading it. */
export interface TableMarks {
  /** Functions, in lower case, that give the same for the same arguments. */
  readonly steady: ReadonlySet<string>;
  /** Words in lower case, without brackets, whose value moves by itself. */
  readonly moving: RegExp;
  /**
   * A query of one row: the mark of each relation, `"0"` and so on, which every change of its rows moves, and as
   * `"tables"` how many of them are tables, whose rows nothing but a change of them moves.
   */
  query(relations: readonly PlacedRelation[]): string;
}

/** What tells whether a row has changed since a snapshot. Texts of names have each name closed by `CHR(31)`. */
export interface SnapshotWords {
  /** SQL of what makes the hashes. Hashes that something else has made are not comparable. */
  readonly hashedBy: string;
  /** SQL of a hash of the columns that have a value: neither their order nor a column of NULLs moves it. */
  hash(columns: readonly HashedColumn[]): string;
  /** SQL of one character for a column's value: equal values have equal ones, others most often different ones. */
  letter(column: HashedColumn): string;
  /** SQL of one hash of a group of rows' hashes, whatever their order. */
  combined(hash: string): string;
  /** SQL of the texts of a group joined, each once. */
  joined(text: string): string;
  /** SQL of the names in a JSON object's text whose value is not null. */
  names(json: string): string;
  /** SQL of the names in `before` that are not in `after`, as the text of a JSON array. */
  lost(before: string, after: string): string;
  /** SQL of a text as JSON. */
  json(text: string): string;
  /** A table that goes with the session, beside those of a schema. Both are SQL. */
  scratch(schema: string, name: string): string;
  /** Undefined where only reading a table tells whether it has changed. */
  readonly marks?: TableMarks;
}

/** The number in a match of an engine's words. */
export const lineNumber = (match: RegExpExecArray | null): number | undefined =>
  match?.[1] === undefined ? undefined : Number(match[1]);
