import { isJsonObject } from '../json/json-object.ts';
import { plainSettings } from './environment.ts';
import { syncFileSettings } from './sync-file.ts';

/** A variable in the place of a number, or of true or false. */
const variable = { type: 'string', pattern: '^\\$\\{' };

/** The JSON Schema of a sync file, for editors: both ends' forms, whose numbers may be variables. */
export function syncFileSchema(source: unknown, destination: unknown): Readonly<Record<string, unknown>> {
  const { source: ofSource, destination: ofDestination, state } = syncFileSettings;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'nexus-customer-io sync file',
    type: 'object',
    required: ['source', 'destination', 'state'],
    additionalProperties: false,
    properties: {
      source: { ...part(source), description: ofSource },
      destination: { ...part(destination), description: ofDestination },
      state: { type: 'string', minLength: 1, description: state },
    },
  };
}

function part(form: unknown): Record<string, unknown> {
  const { $schema: _, groups: __, ...rest } = isJsonObject(form) ? form : {};
  const open = opened(rest);
  return isJsonObject(open) ? { ...open } : {};
}

/** What a sync file may write otherwise than a form: variables, and a way of change for all streams at once. */
function opened(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => opened(one));
  if (!isJsonObject(value)) return value;
  if (plainSettings.includes(name)) return { anyOf: [value, variable] };
  const entries = Object.entries(value).map(([key, inner]) =>
    key === 'properties' && isJsonObject(inner)
      ? [key, Object.fromEntries(Object.entries(inner).map(([field, of]) => [field, opened(of, field)]))]
      : [key, opened(inner)],
  );
  const own: Record<string, unknown> = Object.fromEntries(entries);
  if (name === 'changes') return { anyOf: [own, { enum: ['snapshot', 'cursor', 'full'] }] };
  return name === 'max_rejects' ? { anyOf: [own, { type: 'integer', minimum: 0 }, variable] } : own;
}
