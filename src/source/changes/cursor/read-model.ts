import { configError } from '../../../errors/connector-error.ts';
import type { RecordLines } from '../../../protocol/connector.ts';
import { log, rowEstimate } from '../../../protocol/make-message.ts';
import type { AirbyteMessage } from '../../../protocol/messages.ts';
import type { StreamContract } from '../../../streams/contract.ts';
import { hasLastingName, type WarehouseIdentity } from '../../../warehouse/identity.ts';
import type { BoundSql, LineBatch, TextRow } from '../../../warehouse/warehouse.ts';
import type { SourceConfig } from '../../config.ts';
import type { ModelPlan, Plan } from '../../plan/plan.ts';
import { currentIdRecipe, type IdRecipe } from '../../record-line/event-identity.ts';
import type { ModelState } from '../state.ts';
import { type Anchor, withAnchor } from './anchors.ts';
import { lookbackFrom, readStart } from './clock.ts';
import type { Cursor } from './cursor.ts';
import { type RecordQuery, type RowRange, recordQuery } from './record-query.ts';
import { allRowsAreNew, otherRows } from './same-warehouse.ts';

/** A place where a run may stop and a later one go on. */
export interface Step {
  readonly type: 'STEP';
  readonly state: ModelState;
}

/** What a model's read gives: records in bulk, remarks, and the steps between them. */
export type ModelOutput = RecordLines | Step | AirbyteMessage;

interface ModelRead {
  readonly plan: Plan;
  readonly config: SourceConfig;
  readonly contract: StreamContract;
  readonly model: ModelPlan;
  readonly incremental: boolean;
  readonly known: ModelState | undefined;
  /** The warehouse that the state names. */
  readonly writtenFor?: WarehouseIdentity | undefined;
}

/** A state at least every so many rows, so that a run that is cut off repeats little. */
const rowsBetweenSteps = 10_000;

/** Rows dated in the future that a state remembers; beyond it they are sent again, which is harmless. */
const mostFutureRows = 10_000;

/** Events that were sent keep the ids that they were sent with: a state without a recipe is of the first. */
const recipeOf = ({ known }: ModelRead): IdRecipe =>
  known === undefined ? currentIdRecipe : (known.ids ?? 1);

/** What a model's state says whatever its cursor. */
const stateOf = (read: ModelRead): Pick<ModelState, 'definition' | 'ids'> => ({
  definition: read.model.compiled.fingerprint,
  ...(read.contract.name === 'events' ? { ids: recipeOf(read) } : {}),
});

/** The shipped model of events got its message id after the first states were written; its rows are the same. */
const isOlderShippedModel = ({ plan, contract, model, known }: ModelRead): boolean =>
  contract.name === 'events' &&
  known?.ids === undefined &&
  plan.context.project.shipped.has(model.label) &&
  !plan.context.project.user.has(model.label) &&
  // A table of that name reads itself alone.
  !model.compiled.refs.includes(model.label);

function checkDefinition(read: ModelRead): void {
  const { config, contract, model, known } = read;
  if (known === undefined) return;
  const { fingerprint, formerFingerprints } = model.compiled;
  if ([fingerprint, ...formerFingerprints].includes(known.definition)) return;
  if (config.on_model_change === 'accept' || isOlderShippedModel(read)) return;
  throw configError(
    `The state was written by another definition of the model: its cursor may skip rows. Reset the stream to read it all again (in a state file: take its entry out), or set on_model_change to "accept" to go on from the cursor.`,
    { stream: contract.name },
  );
}

const cursorOf = (row: TextRow): Cursor => ({
  timestamp: row.ts?.replace(' ', 'T') ?? null,
  key: row.key ?? '',
});

const same = (a: Cursor, b: Cursor): boolean => a.timestamp === b.timestamp && a.key === b.key;

/**
 * Lines with a step between them now and then, never between two rows whose timestamp and key are equal:
 * a run that goes on strictly after the cursor would lose the second. The caller gives the step at the end.
 */
async function* withSteps(
  stream: string,
  batches: AsyncIterable<LineBatch>,
  stepAt: (cursor: Cursor) => Step,
  passed: (row: Cursor) => void,
): AsyncGenerator<RecordLines | Step> {
  let last: Cursor | undefined;
  let sinceStep = 0;
  for await (const batch of batches) {
    if (last !== undefined && sinceStep >= rowsBetweenSteps && !same(last, cursorOf(batch.first))) {
      yield stepAt(last);
      sinceStep = 0;
    }
    yield { type: 'RECORD_LINES', stream, lines: batch.bytes, count: batch.count };
    last = cursorOf(batch.last);
    passed(cursorOf(batch.first));
    passed(last);
    sinceStep += batch.count;
  }
  if (last !== undefined) stepAt(last);
}

/** Everything, in no order: only the end is a place to go on from. */
async function* readAll(
  read: ModelRead,
  query: RecordQuery,
  start: string,
): AsyncGenerator<RecordLines | Step> {
  const { warehouse } = read.plan;
  const range: RowRange = { start, part: 'all', exceptHashes: [] };
  const { sql, values } = query.lines(range, Date.now());
  for await (const batch of warehouse.lines(sql, { values })) {
    yield { type: 'RECORD_LINES', stream: read.contract.name, lines: batch.bytes, count: batch.count };
  }
  yield { type: 'STEP', state: { ...stateOf(read), future: [] } };
}

interface Survey {
  readonly present: number;
  readonly undated: number;
  readonly ahead: number;
  /** Rows that the state remembers, as they were. */
  readonly known: number;
}

async function survey(read: ModelRead, query: RecordQuery, range: RowRange): Promise<Survey> {
  const { sql, values } = query.survey(range, anchorsOf(read));
  const [row] = await read.plan.warehouse.rows(sql, values);
  return {
    present: Number(row?.present ?? 0),
    undated: Number(row?.undated ?? 0),
    ahead: Number(row?.ahead ?? 0),
    known: Number(row?.known ?? 0),
  };
}

/** Where the warehouse's names say which it is, its rows need not. */
const anchorsOf = ({ plan, known }: ModelRead): readonly Anchor[] =>
  hasLastingName(plan.identity) ? [] : (known?.anchors ?? []);

/**
 * The anchors to go on with. Refused is a state that knows none of the rows although its cursor would pass over some:
 * they are another database's. Where it passes over nothing, as in a table that holds the newest rows only, all is
 * read, and nothing can be lost.
 */
async function requireKnownRows(
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

function* remarks(read: ModelRead, { present, undated, ahead }: Survey): Generator<AirbyteMessage> {
  const where = `${read.contract.name}, ${read.model.label}`;
  const first = read.known?.cursor === undefined;
  if (first && undated > 0) {
    yield log(
      'WARN',
      `${where}: ${undated} rows have no timestamp. They are read now; a later change of them is not seen.`,
    );
  }
  if (ahead > 0) yield log('INFO', `${where}: ${ahead} rows are dated in the future; each is sent once.`);
  yield log('INFO', `${where}: ${present} rows to read.`);
  yield rowEstimate(read.contract.name, present + ahead);
}

/** Rows up to now in the order of the cursor, then those dated ahead of it, each of which is sent once. */
async function* readChanges(read: ModelRead, query: RecordQuery, start: string): AsyncGenerator<ModelOutput> {
  const { name } = read.contract;
  const remembered = read.known?.future ?? [];
  const after = read.known?.cursor;
  const common = { after, start, exceptHashes: remembered, ...lookbackRange(read, after) };
  const found = await survey(read, query, { ...common, part: 'present' });
  let anchors = await requireKnownRows(read, query, { ...common, part: 'all' }, found);
  const isOther = anchors.length < anchorsOf(read).length;
  if (isOther && found.present > 0 && read.config.on_other_warehouse === 'refuse') {
    yield log(
      'WARN',
      `${name}, ${read.model.label}: ${allRowsAreNew(anchorsOf(read).length, found.present)}`,
    );
  }
  yield* remarks(read, found);
  let cursor = after;
  const passed = (row: Cursor): void => {
    // A row that a look-back reads again is none of the newest.
    const isAgain = after !== undefined && laterOf(after, row) === after;
    if (!hasLastingName(read.plan.identity) && !isAgain) anchors = withAnchor(anchors, row);
  };
  const stepAt = (at: Cursor): Step => {
    cursor = laterOf(cursor, at);
    return { type: 'STEP', state: { ...stateOf(read), cursor, anchors, future: remembered } };
  };
  const present = orderedLines(read, query, { ...common, part: 'present' }, found.present);
  yield* withSteps(name, present, stepAt, passed);
  const future = found.ahead === 0 ? [] : await futureHashes(read, query, common);
  if (found.ahead > 0)
    yield* withoutSteps(name, orderedLines(read, query, { ...common, part: 'ahead' }, found.ahead));
  yield { type: 'STEP', state: { ...stateOf(read), cursor, anchors, future } };
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

const lookbackRange = (read: ModelRead, after: Cursor | undefined): { lookbackFrom?: string } =>
  read.config.lookback === undefined || after?.timestamp === null || after === undefined
    ? {}
    : { lookbackFrom: lookbackFrom(after.timestamp, read.config.lookback) };

/** A look-back reads behind the cursor, which must not go back with it. Warehouses compare texts by their UTF-8. */
function laterOf(known: Cursor | undefined, at: Cursor): Cursor {
  if (known === undefined || known.timestamp === null) return at;
  if (at.timestamp === null || at.timestamp < known.timestamp) return known;
  return at.timestamp === known.timestamp && Buffer.compare(Buffer.from(at.key), Buffer.from(known.key)) < 0
    ? known
    : at;
}

/** Asked before the rows are read: a row that comes between is sent again rather than lost. */
async function futureHashes(
  read: ModelRead,
  query: RecordQuery,
  common: Omit<RowRange, 'part'>,
): Promise<string[]> {
  const { sql, values } = query.hashes({ ...common, exceptHashes: [], part: 'ahead' }, mostFutureRows);
  const rows = await read.plan.warehouse.rows(sql, values);
  return rows.flatMap((row) => row.hash ?? []);
}

async function* withoutSteps(stream: string, batches: AsyncIterable<LineBatch>): AsyncGenerator<RecordLines> {
  for await (const { bytes, count } of batches) yield { type: 'RECORD_LINES', stream, lines: bytes, count };
}

/** The records of one model and the steps between them; the last thing is always a step. */
export async function* readModel(read: ModelRead): AsyncGenerator<ModelOutput> {
  const query = recordQuery(read.plan.warehouse.dialect, read.contract, read.model, recipeOf(read));
  const start = readStart();
  if (!read.incremental) {
    yield* readAll(read, query, start);
    return;
  }
  checkDefinition(read);
  yield* readChanges(read, query, start);
}
