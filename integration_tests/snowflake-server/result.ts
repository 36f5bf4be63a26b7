import {
  DuckDBBlobValue,
  DuckDBDateValue,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

/** A column as Snowflake's wire names it. */
export interface RowType {
  readonly name: string;
  readonly type: string;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly length: number | null;
  readonly nullable: true;
}

export type Cell = string | null;

/** The precisions of Snowflake's own results of arithmetic: a test reads them only as whole numbers. */
const integerDigits: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
};

const plainTypes: Readonly<Record<string, string>> = {
  VARCHAR: 'text',
  DOUBLE: 'real',
  FLOAT: 'real',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIME: 'time',
  BLOB: 'binary',
  TIMESTAMP: 'timestamp_ntz',
  TIMESTAMP_NS: 'timestamp_ntz',
  'TIMESTAMP WITH TIME ZONE': 'timestamp_ltz',
};

interface Shape {
  readonly type: string;
  readonly precision?: number;
  readonly scale?: number;
}

function shapeOf(name: string): Shape {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(name);
  if (decimal !== null) return { type: 'fixed', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(name)) {
    return { type: 'fixed', precision: integerDigits[name] ?? 38, scale: 0 };
  }
  if (name === 'JSON') return { type: 'variant' };
  if (/\[\d+\]$/.test(name)) return { type: 'vector' };
  if (name.startsWith('STRUCT(geography')) return { type: 'geography' };
  if (name.startsWith('MAP')) return { type: 'map' };
  if (name.endsWith(']')) return { type: 'array' };
  if (name.startsWith('STRUCT(tz_utc')) return { type: 'timestamp_tz', scale: 9 };
  if (name.startsWith('STRUCT')) return { type: 'object' };
  const type = plainTypes[name] ?? 'text';
  return type.startsWith('time') ? { type, scale: 9 } : { type };
}

/** From DuckDB's own spelling of a type, as DESCRIBE gives it. */
export function rowType(name: string, duckdbType: string): RowType {
  const { type, precision = null, scale = null } = shapeOf(duckdbType);
  const length = type === 'text' ? 16_777_216 : null;
  return { name, type, precision, scale, length, nullable: true };
}

const spelling = (type: DuckDBType): string => type.alias ?? String(type);

export const rowTypesOf = (result: DuckDBResult): RowType[] =>
  result.columnNames().map((name, index) => rowType(name, spelling(result.columnType(index))));

/** Seconds with nine digits, as dates and times travel. */
function seconds(nanos: bigint): string {
  const whole = nanos / 1_000_000_000n - (nanos % 1_000_000_000n < 0n ? 1n : 0n);
  return `${whole}.${String(nanos - whole * 1_000_000_000n).padStart(9, '0')}`;
}

function timeCell(value: DuckDBValue): Cell | undefined {
  if (value instanceof DuckDBDateValue) return String(value.days);
  if (value instanceof DuckDBTimestampNanosecondsValue) return seconds(value.nanos);
  const micros =
    value instanceof DuckDBTimeValue ||
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue;
  return micros ? seconds(value.micros * 1000n) : undefined;
}

/** An instant and its offset: minutes, counted from a day before. */
function zonedCell(value: DuckDBValue): Cell | undefined {
  if (!(value instanceof DuckDBStructValue)) return undefined;
  const { tz_utc, tz_offset } = value.entries;
  if (!(tz_utc instanceof DuckDBTimestampNanosecondsValue)) return undefined;
  return `${seconds(tz_utc.nanos)} ${Number(tz_offset) + 1440}`;
}

function cell(value: DuckDBValue): Cell {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex').toUpperCase();
  return timeCell(value) ?? zonedCell(value) ?? String(value);
}

/** VARIANTs travel pretty-printed, with line breaks: a reader that copies cells into lines must mind them. */
function printed(value: Cell, type: string): Cell {
  if (value === null || type !== 'variant') return value;
  return value.replace(/^([{[])/, '$1\n  ').replace(/([}\]])$/, '\n$1');
}

/** The rows of a result that is all there, in groups: as text they need far more memory than in DuckDB. */
export async function* cellsOf(result: DuckDBResult, types: readonly RowType[]): AsyncGenerator<Cell[][]> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk
      .getRows()
      .map((row) => types.map(({ type }, index) => printed(cell(row[index] ?? null), type)));
  }
}
