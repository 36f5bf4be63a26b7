import { log, rowEstimate } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import type { Anchor } from './anchors.ts';
import { anchorsOf, type ModelRead } from './model-read.ts';
import type { RecordQuery, RowRange } from './record-query.ts';
import { allRowsAreNew, otherRows } from './same-warehouse.ts';

/** Counts of what a read will give. */
export interface Survey {
  readonly present: number;
  readonly undated: number;
  readonly ahead: number;
  /** Rows that the state remembers, as they were. */
  readonly known: number;
}

export async function survey(read: ModelRead, query: RecordQuery, range: RowRange): Promise<Survey> {
  const { sql, values } = query.survey(range, anchorsOf(read));
  const [row] = await read.plan.warehouse.rows(sql, values);
  return {
    present: Number(row?.present ?? 0),
    undated: Number(row?.undated ?? 0),
    ahead: Number(row?.ahead ?? 0),
    known: Number(row?.known ?? 0),
  };
}

/**
 * The anchors to go on with. Refused is a state that knows none of the rows although its cursor would pass over some:
 * they are another database's. Where it passes over nothing, as in a table that holds the newest rows only, all is
 * read, and nothing can be lost.
 */
export async function requireKnownRows(
  read: ModelRead,
  query: RecordQuery,
  range: RowRange,
  { known }: Survey,
): Promise<readonly Anchor[]> {
  const anchors = anchorsOf(read);
  if (anchors.length === 0 || known > 0) return anchors;
  const { sql, values } = query.strangers(range, anchors);
  const [row] = await read.plan.warehouse.rows(sql, values);
  if (Number(row?.known ?? 0) > 0) return anchors;
  const passedOver = Number(row?.behind ?? 0);
  if (passedOver > 0 && read.config.on_other_warehouse === 'refuse') {
    throw otherRows(read.contract.name, { remembered: anchors.length, passedOver }, read.writtenFor);
  }
  return [];
}

/** What is to be said before the rows; `anchors` are those to go on with. */
export function* remarks(
  read: ModelRead,
  { present, undated, ahead }: Survey,
  anchors: readonly Anchor[],
): Generator<AirbyteMessage> {
  const { contract, model, config, known } = read;
  const where = `${contract.name}, ${model.label}`;
  const remembered = anchorsOf(read).length;
  if (anchors.length < remembered && present > 0 && config.on_other_warehouse === 'refuse') {
    yield log('WARN', `${where}: ${allRowsAreNew(remembered, present)}`);
  }
  if (known?.cursor === undefined && undated > 0) {
    yield log(
      'WARN',
      `${where}: ${undated} rows have no timestamp. They are read now, but later changes to them are not noticed.`,
    );
  }
  if (ahead > 0) yield log('INFO', `${where}: ${ahead} rows are dated in the future; each is sent once.`);
  yield log('INFO', `${where}: ${present} rows to read.`);
  yield rowEstimate(contract.name, present + ahead);
}
