import { type Mark, markCode, withoutMarks } from '../../warehouse/bad-value.ts';

const newline = 0x0a;

/** A line's beginning up to the time at which it was emitted, in milliseconds: 13 digits until the year 2286. */
const prefixOf = (stream: string): string => `{"type":"RECORD","record":{"stream":"${stream}","emitted_at":`;
const timeDigits = 13;

/** Younger lines keep the time at which their query began: to say it more exactly is not worth a walk over all lines. */
const oldestMs = 1000;

/** Writes the time at which lines are emitted into them, where it is not that of their query's start. */
function stamp(lines: Buffer, stream: string, now: number): void {
  const at = Buffer.byteLength(prefixOf(stream));
  const given = Number(lines.toString('latin1', at, at + timeDigits));
  if (!(Math.abs(now - given) > oldestMs)) return;
  const digits = String(now);
  for (let start = 0; start < lines.length; start = lines.indexOf(newline, start) + 1) {
    lines.write(digits, start + at, timeDigits, 'latin1');
  }
}

/** Of how many rows of a column a value could not be sent, by reason and column. */
export type Nulled = Map<string, { readonly mark: Mark; rows: number }>;

const asUtf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString();

/** A line whose marks have become `meta.changes`. */
function withChanges(line: string, nulled: Nulled): string {
  const marks = new Map<string, Mark>();
  const clean = withoutMarks(line, ({ reason, column }) => {
    marks.set(`${reason} ${column}`, { reason, column: asUtf8(column) });
  });
  for (const [key, mark] of marks) {
    nulled.set(key, { mark, rows: (nulled.get(key)?.rows ?? 0) + 1 });
  }
  if (marks.size === 0) return line;
  const changes = [...marks.values()].map(({ reason, column }) => ({
    field: column,
    change: 'NULLED',
    reason,
  }));
  const meta = Buffer.from(JSON.stringify({ changes })).toString('latin1');
  return clean.replace(',"data":', () => `,"meta":${meta},"data":`);
}

/**
 * Lines as they are emitted: each with the time, and those with a value that could not be sent with what has changed.
 * Marks are looked for byte by byte: lines without one are not touched.
 */
export function emittedLines(
  lines: Uint8Array,
  stream: string,
  nulled: Nulled,
  now = Date.now(),
): Uint8Array {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  stamp(bytes, stream, now);
  if (!bytes.includes(markCode)) return lines;
  // A character for each byte: what is no ASCII passes as it is.
  const texts = bytes.toString('latin1').split('\n');
  return Buffer.from(texts.map((line) => withChanges(line, nulled)).join('\n'), 'latin1');
}
