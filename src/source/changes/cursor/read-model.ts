import type { RecordLines } from '../../../protocol/connector.ts';
import type { BoundSql, LineBatch, TextRow } from '../../../warehouse/warehouse.ts';
import { lookbackFrom, readStart } from './clock.ts';
import type { Cursor } from './cursor.ts';
import { recipeOf, requireSameDefinition } from './definition.ts';
import type { ModelCheckpoint, ModelOutput, ModelRead } from './model-read.ts';
import { cursorOf, Position } from './position.ts';
import { type RecordQuery, type RowRange, recordQuery } from './record-query.ts';
import { remarks, requireKnownRows, survey } from './survey.ts';

/** A checkpoint at least every so many rows, so that a run that is cut off repeats little. */
const rowsBetweenCheckpoints = 10_000;

/** Rows dated in the future that a state remembers; beyond it they are sent again, which is harmless. */
const mostFutureRows = 10_000;

/**
 * The records of one model and the checkpoints between them: rows up to now in the order of the cursor, then those
 * dated ahead of it, each of which is sent once. The last thing is a checkpoint.
 */
export async function* readModel(read: ModelRead): AsyncGenerator<ModelOutput> {
  requireSameDefinition(read);
  const query = recordQuery(read.plan.warehouse.dialect, read.contract, read.model, recipeOf(read));
  const remembered = read.known?.future ?? [];
  const range = rangeOf(read, remembered);
  const found = await survey(read, query, { ...range, part: 'present' });
  const anchors = await requireKnownRows(read, query, { ...range, part: 'all' }, found);
  yield* remarks(read, found, anchors);
  const position = new Position(read, anchors);
  const present = orderedLines(read, query, { ...range, part: 'present' }, found.present);
  yield* withCheckpoints(read, present, position, remembered);
  const future = found.ahead === 0 ? [] : await futureHashes(read, query, range);
  if (found.ahead > 0) {
    const ahead = orderedLines(read, query, { ...range, part: 'ahead' }, found.ahead);
    for await (const batch of ahead) yield recordLines(read, batch);
  }
  yield position.checkpoint(future);
}

function rangeOf({ known, config }: ModelRead, remembered: readonly string[]): Omit<RowRange, 'part'> {
  const after = known?.cursor;
  const range = { after, start: readStart(), exceptHashes: remembered };
  if (config.lookback === undefined || after === undefined || after.timestamp === null) return range;
  return { ...range, lookbackFrom: lookbackFrom(after.timestamp, config.lookback) };
}

const recordLines = ({ contract }: ModelRead, { bytes, count }: LineBatch): RecordLines => ({
  type: 'RECORD_LINES',
  stream: contract.name,
  lines: bytes,
  count,
});

const isSame = (a: Cursor, b: Cursor): boolean => a.timestamp === b.timestamp && a.key === b.key;

/**
 * Lines with a checkpoint between them now and then, never between two rows whose timestamp and key are equal:
 * a run that goes on strictly after the cursor would lose the second. The caller gives the checkpoint at the end.
 */
async function* withCheckpoints(
  read: ModelRead,
  batches: AsyncIterable<LineBatch>,
  position: Position,
  future: readonly string[],
): AsyncGenerator<RecordLines | ModelCheckpoint> {
  let last: Cursor | undefined;
  let rows = 0;
  for await (const batch of batches) {
    if (last !== undefined && rows >= rowsBetweenCheckpoints && !isSame(last, cursorOf(batch.first))) {
      position.reach(last);
      yield position.checkpoint(future);
      rows = 0;
    }
    yield recordLines(read, batch);
    last = cursorOf(batch.last);
    position.passed(cursorOf(batch.first));
    position.passed(last);
    rows += batch.count;
  }
  if (last !== undefined) position.reach(last);
}

function orderedLines(
  read: ModelRead,
  query: RecordQuery,
  range: RowRange,
  rows: number,
): AsyncIterable<LineBatch> {
  const emittedAt = Date.now();
  const from = (last: TextRow): RowRange => ({
    ...range,
    after: cursorOf(last),
    inclusive: true,
    lookbackFrom: undefined,
  });
  const resume = (last: TextRow): BoundSql => query.lines(from(last), emittedAt);
  const { sql, values } = query.lines(range, emittedAt);
  return read.plan.warehouse.lines(sql, { values, rows, resume });
}

/** Asked before the rows are read: a row that comes between is sent again rather than lost. */
async function futureHashes(
  read: ModelRead,
  query: RecordQuery,
  range: Omit<RowRange, 'part'>,
): Promise<string[]> {
  const { sql, values } = query.hashes({ ...range, exceptHashes: [], part: 'ahead' }, mostFutureRows);
  const rows = await read.plan.warehouse.rows(sql, values);
  return rows.flatMap((row) => row.hash ?? []);
}
