import { ConnectorError, configError, messageOf } from '../errors/connector-error.ts';
import { nearMatches } from '../errors/did-you-mean.ts';
import type { SessionRead, SourceOutput } from '../protocol/connector.ts';
import { finding, log, rowEstimate, streamStatusMessage, traceError } from '../protocol/make-message.ts';
import type { ConfiguredAirbyteStream } from '../protocol/messages.ts';
import { isStreamName, type StreamName, streamNames } from '../streams/contract.ts';
import { describeWarehouse, type WarehouseIdentity } from '../warehouse/identity.ts';
import { lastSyncTime } from './changes/cursor/clock.ts';
import { type ModelOutput, readModel } from './changes/cursor/read-model.ts';
import { refuseOtherWarehouse } from './changes/cursor/same-warehouse.ts';
import { emptyFindings, goneModels } from './changes/empty-models.ts';
import { type StreamState, stateMessageOf, streamStateOf } from './changes/state.ts';
import type { SourceConfig } from './config.ts';
import { unknownEntityTypes } from './plan/entity-types.ts';
import {
  type ModelPlan,
  notTaken,
  type Plan,
  placed,
  planStream,
  readElsewhere,
  requireSomething,
  type StreamPlan,
} from './plan/plan.ts';

function streamNameOf(configured: ConfiguredAirbyteStream): StreamName {
  const { name } = configured.stream;
  if (isStreamName(name)) return name;
  const near = nearMatches(name, streamNames);
  throw configError(
    `The catalog asks for the stream "${name}", which this source does not have.${near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''} It has ${streamNames.join(', ')}.`,
    { stream: name },
  );
}

interface StreamRead {
  readonly plan: Plan;
  readonly config: SourceConfig;
  readonly stream: StreamName;
  readonly incremental: boolean;
  readonly states: StreamState;
  /** The warehouse that the state names. */
  readonly writtenFor: WarehouseIdentity | undefined;
  readonly signal: AbortSignal;
}

/** What the stream's state keeps of a former run: a model that is gone takes its cursor with it. */
function keptStates(states: StreamState, { models }: StreamPlan): StreamState {
  const labels = new Set(models.map((model) => model.label));
  return Object.fromEntries(Object.entries(states).filter(([label]) => labels.has(label)));
}

/** A model that was read before is not asked about its data again: what is new in it is seen by its rows. */
async function* remarks(
  { contract, models }: StreamPlan,
  { plan, config, states }: StreamRead,
): AsyncGenerator<SourceOutput> {
  const { name } = contract;
  if (models.length === 0)
    yield finding(name, 'no_source', `${name}: no model and no table fills this stream.`);
  for (const text of notTaken(plan, config, contract.name)) yield log('WARN', `${contract.name}: ${text}`);
  for (const model of models) {
    const where = `${name}, ${model.label}`;
    for (const note of model.compiled.notes) yield log('WARN', `${where}: ${note}`);
    const types = states[model.label] === undefined ? await unknownEntityTypes(plan, model) : [];
    for (const note of types) yield finding(name, 'entity_type', `${where}: ${note}`);
  }
}

/** Turns a model's steps into the stream's STATE messages, each with the records since the one before. */
function streamTally(stream: StreamName, kept: StreamState, warehouse: WarehouseIdentity) {
  let states = kept;
  let records = 0;
  let expected = 0;
  const state = (): SourceOutput => {
    const message = stateMessageOf(stream, { models: states, warehouse }, records);
    records = 0;
    return { type: 'STATE', state: message };
  };
  const pass = (label: string, output: ModelOutput): SourceOutput => {
    if (output.type === 'STEP') {
      states = { ...states, [label]: output.state };
      return state();
    }
    if (output.type === 'RECORD_LINES') records += output.count;
    const rows = output.type === 'TRACE' ? output.trace.estimate?.row_estimate : undefined;
    if (rows === undefined) return output;
    // A model counts its own rows; the stream has those of all models so far.
    expected += rows;
    return rowEstimate(stream, expected);
  };
  return { state, pass };
}

/** A state of an earlier version names no warehouse: it is taken as this one's, and is this one's from then on. */
function* requireOwnState({ stream, states, writtenFor, plan, config }: StreamRead): Generator<SourceOutput> {
  if (writtenFor !== undefined && config.on_other_warehouse === 'refuse') {
    refuseOtherWarehouse(stream, writtenFor, plan.identity);
  }
  if (writtenFor !== undefined || Object.keys(states).length === 0) return;
  yield log(
    'WARN',
    `${stream}: the state does not say which warehouse it belongs to. It is taken as of ${describeWarehouse(plan.identity)}, and kept to it from now on.`,
  );
}

/** The rows of a model and the steps between them; of one that gives none, whether it has none at all. */
async function* readRows(
  request: StreamRead,
  { contract }: StreamPlan,
  model: ModelPlan,
): AsyncGenerator<ModelOutput> {
  const known = request.states[model.label];
  let isEmpty = true;
  for await (const output of readModel({ ...request, contract, model, known })) {
    if (output.type === 'RECORD_LINES' && output.count > 0) isEmpty = false;
    yield output;
  }
  if (isEmpty && !request.signal.aborted) yield* emptyFindings(request, model, known);
}

/** The records and states of one stream, model after model. */
async function* readStream(request: StreamRead): AsyncGenerator<SourceOutput> {
  const { stream, signal } = request;
  yield* requireOwnState(request);
  const planned = await planStream(request.plan, request.config, stream, (label) =>
    lastSyncTime(request.states[label]?.cursor?.timestamp, request.config.lookback),
  );
  const gone = goneModels(request, planned.models, request.states);
  if (gone !== undefined) {
    yield finding(stream, 'source_gone', `${stream}: what filled it before is gone.`);
    throw configError(gone, { stream });
  }
  yield* remarks(planned, request);
  const tally = streamTally(stream, keptStates(request.states, planned), request.plan.identity);
  for (const model of planned.models) {
    try {
      for await (const output of readRows(request, planned, model)) {
        yield tally.pass(model.label, output);
        if (signal.aborted) return;
      }
    } catch (error) {
      throw placed(error, stream, model.label);
    }
  }
  if (planned.models.length === 0) yield tally.state();
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

async function* readOneStream(request: StreamRead): AsyncGenerator<SourceOutput, boolean> {
  yield streamStatusMessage(request.stream, 'STARTED');
  yield streamStatusMessage(request.stream, 'RUNNING');
  try {
    yield* readStream(request);
  } catch (error) {
    yield traceError(asStreamError(error, request.stream));
    yield streamStatusMessage(request.stream, 'INCOMPLETE');
    return false;
  }
  yield streamStatusMessage(request.stream, request.signal.aborted ? 'INCOMPLETE' : 'COMPLETE');
  return true;
}

/** Reads the catalog's streams one after another; a stream that fails says so and the others go on. */
export async function* read(
  plan: Plan,
  config: SourceConfig,
  { catalog, state, signal }: SessionRead,
): AsyncGenerator<SourceOutput> {
  const streams = catalog.streams.map((configured) => ({
    stream: streamNameOf(configured),
    incremental: configured.sync_mode === 'incremental',
  }));
  requireSomething(plan, config);
  for (const text of readElsewhere(plan)) yield log('WARN', text);
  for (const { stream, incremental } of streams) {
    if (signal.aborted) return;
    const { models: states, warehouse: writtenFor } = streamStateOf(incremental ? state : [], stream);
    yield* readOneStream({ plan, config, stream, incremental, states, writtenFor, signal });
  }
}
