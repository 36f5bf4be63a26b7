import { isAbort } from '../errors/abort.ts';
import { ConnectorError, configError, messageOf } from '../errors/connector-error.ts';
import { nearMatches } from '../errors/did-you-mean.ts';
import type { SessionRead, SourceOutput } from '../protocol/connector.ts';
import { finding, log, streamStatusMessage, traceError } from '../protocol/make-message.ts';
import type { ConfiguredAirbyteStream } from '../protocol/messages.ts';
import {
  isStreamName,
  personStream,
  type StreamName,
  streamContracts,
  streamNames,
} from '../streams/contract.ts';
import { longestValue, type Mark } from '../warehouse/bad-value.ts';
import { describeWarehouse } from '../warehouse/identity.ts';
import type { ChangeWay, StreamChanges, StreamRead } from './changes/change-way.ts';
import { refuseOtherWarehouse } from './changes/cursor/same-warehouse.ts';
import { goneModels } from './changes/empty-models.ts';
import { type StreamState, streamStateOf } from './changes/state.ts';
import { requireKnownWay, wayOf } from './changes/ways.ts';
import { withStates } from './checkpoint-states.ts';
import { changesOf, type SourceConfig } from './config.ts';
import { notTaken } from './plan/definitions.ts';
import { unknownEntityTypes } from './plan/entity-types.ts';
import type { ModelPlan, Plan, StreamPlan } from './plan/plan.ts';
import { planStream } from './plan/plan-streams.ts';
import { selectedColumns } from './plan/selected-columns.ts';
import { readElsewhere, requireSomething } from './plan/unfilled.ts';
import { emittedLines, type Nulled } from './record-line/emitted-lines.ts';

function streamNameOf(configured: ConfiguredAirbyteStream): StreamName {
  const { name } = configured.stream;
  if (isStreamName(name)) return name;
  const near = nearMatches(name, streamNames);
  throw configError(
    `The catalog asks for the stream "${name}", which this source does not have.${near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''} It has ${streamNames.join(', ')}.`,
    { stream: name },
  );
}

/** A stream of the catalog, and what its state says. */
interface RequestedStream extends StreamRead {
  readonly stream: StreamName;
  readonly way: ChangeWay;
  readonly changes: StreamChanges;
  /** What the state says before the read, as far as it goes on from it. */
  readonly last: StreamState | undefined;
  readonly selected: ReadonlySet<string> | undefined;
}

/** @throws ConnectorError where the source does not have the stream, or its state cannot be gone on from */
function requested(
  plan: Plan,
  config: SourceConfig,
  configured: ConfiguredAirbyteStream,
  { state, signal }: SessionRead,
): RequestedStream {
  const stream = streamNameOf(configured);
  const isIncremental = configured.sync_mode === 'incremental';
  const found = isIncremental ? streamStateOf(state, stream) : undefined;
  if (found !== undefined) requireKnownWay(stream, found);
  const way = wayOf({
    isIncremental,
    configured: changesOf(config)[stream],
    written: found?.way,
    canSnapshot: 'registry' in plan.snapshots,
  });
  const content = found?.way === way.name ? found.content : undefined;
  const former = found?.way === 'cursor' ? found.content : undefined;
  const contract = streamContracts[stream];
  const read = { plan, config, contract, content, former, writtenFor: found?.warehouse, signal };
  const selected = selectedColumns(configured);
  return { ...read, stream, way, changes: way.since(read), last: found, selected };
}

/** A model that was read before is not asked about its data again: what is new in it is seen by its rows. */
async function* remarks(
  { contract, models }: StreamPlan,
  { plan, config, changes }: RequestedStream,
): AsyncGenerator<SourceOutput> {
  const { name } = contract;
  if (models.length === 0)
    yield finding(name, 'no_source', `${name}: no model and no table fills this stream.`);
  for (const text of notTaken(plan, config, contract.name)) yield log('WARN', `${contract.name}: ${text}`);
  for (const model of models) {
    const where = `${name}, ${model.label}`;
    for (const note of model.compiled.notes) yield log('WARN', `${where}: ${note}`);
    const types = changes.past.has(model.label) ? [] : await unknownEntityTypes(plan, model);
    for (const note of types) yield finding(name, 'entity_type', `${where}: ${note}`);
  }
}

/** A state of an earlier version names no warehouse: it is taken as this one's, and is this one's from then on. */
function* requireOwnState(request: RequestedStream): Generator<SourceOutput> {
  const { stream, changes, writtenFor, plan, config } = request;
  if (writtenFor !== undefined && config.on_other_warehouse === 'refuse') {
    refuseOtherWarehouse(stream, writtenFor, plan.identity);
  }
  if (writtenFor !== undefined || changes.past.size === 0) return;
  yield log(
    'WARN',
    `${stream}: the state does not say which warehouse it belongs to. It is assumed to belong to ${describeWarehouse(plan.identity)}, and does from now on.`,
  );
}

/** The models that fill the stream. @throws ConnectorError where one that filled it before is gone */
async function* plannedModels(request: RequestedStream): AsyncGenerator<SourceOutput, readonly ModelPlan[]> {
  const { plan, config, stream, changes } = request;
  const planned = await planStream(plan, config, stream, (label) => changes.lastSyncTime(label));
  const gone = goneModels(request, planned.models, changes.past);
  if (gone !== undefined) {
    yield finding(stream, 'source_gone', `${stream}: what filled it before is gone.`);
    throw configError(gone, { stream });
  }
  yield* remarks(planned, request);
  return planned.models.map((model) => ({ ...model, selected: request.selected }));
}

/** What is to be said of one stream, its records, and its states. */
async function* readStream(request: RequestedStream): AsyncGenerator<SourceOutput> {
  const { plan, stream, way, changes, signal } = request;
  yield* requireOwnState(request);
  const models = yield* plannedModels(request);
  const owner = { stream, way, warehouse: plan.identity, last: request.last };
  const nulled: Nulled = new Map();
  for await (const output of withStates(owner, changes.read(models))) {
    yield output.type === 'RECORD_LINES'
      ? { ...output, lines: emittedLines(output.lines, stream, nulled) }
      : output;
    if (signal.aborted) break;
  }
  for (const { mark, rows } of nulled.values())
    yield finding(stream, 'bad_value', nulledText(stream, mark, rows));
}

function nulledText(stream: StreamName, { reason, column }: Mark, rows: number): string {
  const why =
    reason === 'SOURCE_FIELD_SIZE_LIMITATION'
      ? `more than ${longestValue / 1024 / 1024} MB long`
      : 'nothing that JSON can hold, such as NaN or Infinity';
  return `${stream}: column "${column}" has ${rows === 1 ? 'a value that is' : 'values that are'} ${why}. ${rows.toLocaleString('en')} ${rows === 1 ? 'record was' : 'records were'} sent with null in its place. With on_bad_value: fail, the stream stops there.`;
}

const asStreamError = (error: unknown, stream: StreamName): ConnectorError =>
  error instanceof ConnectorError
    ? new ConnectorError(error.message, {
        ...detailOf(error),
        failureType: error.failureType,
        stream,
        cause: error,
      })
    : new ConnectorError(`Reading ${stream} failed: ${messageOf(error)}`, {
        failureType: 'system_error',
        stream,
        cause: error,
      });

const detailOf = (error: ConnectorError): { internal?: string } =>
  error.internal === undefined ? {} : { internal: error.internal };

async function* readOneStream(request: RequestedStream): AsyncGenerator<SourceOutput> {
  yield streamStatusMessage(request.stream, 'STARTED');
  yield streamStatusMessage(request.stream, 'RUNNING');
  try {
    yield* readStream(request);
  } catch (error) {
    if (request.stream === personStream && 'registry' in request.plan.snapshots)
      request.plan.snapshots.persons = 'failed';
    if (!isAbort(error)) yield traceError(asStreamError(error, request.stream));
    yield streamStatusMessage(request.stream, 'INCOMPLETE');
    return;
  }
  yield streamStatusMessage(request.stream, request.signal.aborted ? 'INCOMPLETE' : 'COMPLETE');
}

/** A stream without a state joins the base of those that have one. */
function shareBase({ snapshots }: Plan, { state }: SessionRead): void {
  if (!('registry' in snapshots)) return;
  const bases = streamNames.flatMap((stream) => streamStateOf(state, stream)?.content.base ?? []);
  const [base] = bases.filter((each) => typeof each === 'string');
  if (base !== undefined) snapshots.base = base;
}

/** Reads the catalog's streams one after another; a stream that fails says so and the others go on. */
export async function* read(
  plan: Plan,
  config: SourceConfig,
  request: SessionRead,
): AsyncGenerator<SourceOutput> {
  shareBase(plan, request);
  const streams = request.catalog.streams.map((stream) => requested(plan, config, stream, request));
  requireSomething(plan, config);
  for (const text of readElsewhere(plan)) yield log('WARN', text);
  for (const stream of streams) {
    if (request.signal.aborted) return;
    yield* readOneStream(stream);
  }
}
