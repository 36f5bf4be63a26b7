import { log } from '../protocol/make-message.ts';
import type { AirbyteMessage, AirbyteStream } from '../protocol/messages.ts';
import { streamNames } from '../streams/contract.ts';
import { columnOfRole } from '../streams/stream.ts';
import type { Dialect } from '../warehouse/warehouse.ts';
import { type AddedColumn, addedColumns } from './changes/snapshot/columns.ts';
import { type SourceConfig, wantsSnapshot } from './config.ts';
import { notTaken } from './plan/definitions.ts';
import type { Plan, StreamPlan } from './plan/plan.ts';
import { planStreams } from './plan/plan-streams.ts';
import { readElsewhere, unfilled } from './plan/unfilled.ts';
import { recordFields } from './record-line/record-fields.ts';

type Schema = Readonly<Record<string, unknown>>;

const typesOf = (schema: Schema): string[] => [schema.type].flat().map(String);

/** Two models of one stream may give one column two types: the schema takes both. */
function merged(a: Schema | undefined, b: Schema): Schema {
  if (a === undefined || JSON.stringify(a) === JSON.stringify(b)) return b;
  return { type: [...new Set([...typesOf(a), ...typesOf(b)])] };
}

function schemaOf(dialect: Dialect, { contract, models }: StreamPlan, added: readonly AddedColumn[]): Schema {
  const properties = new Map<string, Schema>();
  for (const model of models) {
    for (const { name, schema } of recordFields(dialect, contract, model)) {
      properties.set(name, merged(properties.get(name), schema));
    }
  }
  for (const { name, schema } of added) properties.set(name, properties.get(name) ?? schema);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: true,
    properties: Object.fromEntries(properties),
  };
}

/**
 * The platform refuses a record of which all columns of the key are null, and a person may be known by their anonymousId
 * alone: where models have that column, it is part of the key.
 */
function keyOf({ contract: { primaryKey }, models }: StreamPlan): readonly string[] {
  const { user, anonymous } = columnOfRole;
  const isUserAlone = primaryKey.every((column) => column === user);
  const hasAnonymous = models.some(({ columns }) => columns.some(({ name }) => name === anonymous));
  return isUserAlone && hasAnonymous ? [...primaryKey, anonymous] : primaryKey;
}

function airbyteStreamOf(dialect: Dialect, plan: StreamPlan, config: SourceConfig): AirbyteStream {
  const added = wantsSnapshot(config, plan.contract.name) ? addedColumns(plan.contract) : [];
  return {
    name: plan.contract.name,
    json_schema: { ...schemaOf(dialect, plan, added) },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: [plan.contract.cursor],
    source_defined_primary_key: keyOf(plan).map((column) => [column]),
    is_resumable: true,
  };
}

/** The catalog, and before it what is to be said of the streams. */
export async function* catalog(plan: Plan, config: SourceConfig): AsyncGenerator<AirbyteMessage> {
  const streams = await planStreams(plan, config);
  const { dialect } = plan.warehouse;
  for (const text of unfilled(plan, config, streams)) yield log('INFO', text);
  for (const text of readElsewhere(plan)) yield log('INFO', text);
  for (const stream of streamNames) {
    for (const text of notTaken(plan, config, stream)) yield log('WARN', `${stream}: ${text}`);
  }
  yield {
    type: 'CATALOG',
    catalog: { streams: streams.map((stream) => airbyteStreamOf(dialect, stream, config)) },
  };
}
