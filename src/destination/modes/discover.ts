import type { AirbyteMessage, DestinationCatalog, DestinationSyncMode } from '../../protocol/messages.ts';
import { removedAtColumn, type StreamName, streamContracts } from '../../streams/contract.ts';
import { type DestinationConfig, parseDestinationConfig } from '../config.ts';
import { operationKinds } from '../mapping/stream-mapping.ts';
import { templates } from '../mapping/templates/templates.ts';
import { offeredModes } from './sync-modes.ts';

const text = (description: string) => ({ type: ['null', 'string'], description });
const properties: Readonly<Record<string, Record<string, unknown>>> = {
  userId: { type: 'string', description: 'The person: an email address or an id.' },
  anonymousId: text('The anonymous id of the person before they were known.'),
  timestamp: { ...text('When it happened; UTC if it has no zone.'), format: 'date-time' },
  event: { type: 'string', description: 'The name of the event.' },
  messageId: text('A ULID. Customer.io counts events with the same id once.'),
  groupId: { type: 'string', description: 'The id of the object.' },
  objectTypeId: { type: 'string', description: 'The number of the object type in Customer.io.' },
  relationshipAttributes: { type: ['null', 'object'], description: 'Attributes of the relationship itself.' },
  mergedInto: text('In a removed row: the userId that the person has now.'),
  unsetAttributes: {
    type: ['null', 'array'],
    items: { type: 'string' },
    description: 'Names of attributes that had a value and have none now.',
  },
  [removedAtColumn]: { ...text('When the row was removed; null while it exists.'), format: 'date-time' },
};

/** A record that removes needs the key alone. */
function schemaOf(kind: StreamName, mode: DestinationSyncMode): Record<string, unknown> {
  const { required, columnNames, primaryKey } = streamContracts[kind];
  const columns = templates[kind].removed === undefined ? columnNames : [...columnNames, removedAtColumn];
  return {
    type: 'object',
    additionalProperties: true,
    required: mode === 'soft_delete' ? primaryKey : required.filter((column) => column !== 'timestamp'),
    properties: Object.fromEntries(columns.map((column) => [column, properties[column] ?? {}])),
  };
}

/** Airbyte's data activation maps any stream to one of these. */
function catalog(config: DestinationConfig): DestinationCatalog {
  const operations = Object.entries(operationKinds).flatMap(([object_name, kind]) =>
    offeredModes(kind, config).map((sync_mode) => ({
      object_name,
      sync_mode,
      json_schema: schemaOf(kind, sync_mode),
      // One choice, of all columns of the key. What is only added is matched with nothing.
      ...(sync_mode === 'append' ? {} : { matching_keys: [[...streamContracts[kind].primaryKey]] }),
    })),
  );
  return { operations };
}

export async function* discover(config: unknown): AsyncGenerator<AirbyteMessage> {
  const parsed = parseDestinationConfig(config);
  yield { type: 'DESTINATION_CATALOG', destination_catalog: catalog(parsed) };
}
