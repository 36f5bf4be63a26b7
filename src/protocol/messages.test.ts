import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { ConnectorError } from '../errors/connector-error.ts';
import { parseMessage } from './lines/parse-message.ts';
import {
  checkFailed,
  checkSucceeded,
  log,
  rowEstimate,
  streamStatusMessage,
  traceError,
} from './make-message.ts';
import { airbyteMessage } from './messages.ts';
import { parseConfiguredCatalog } from './parse-catalog.ts';

type Json = Record<string, unknown>;

const protocol = parseYaml(
  readFileSync(new URL('./fixtures/airbyte_protocol.yaml', import.meta.url), 'utf8'),
) as Json;
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(protocol, 'protocol');

/** What Airbyte's own schema finds wrong; '' where it takes the value. */
function faults(value: unknown, definition = 'AirbyteMessage'): string {
  const validate = ajv.getSchema(`protocol#/definitions/${definition}`);
  if (validate === undefined) throw new Error(`no definition ${definition}`);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

/** As a destination's input where it is a RECORD or a STATE; all others only the schemas know. */
const read = (message: unknown) => {
  const { type } = message as Json;
  const isInput = type === 'RECORD' || type === 'STATE';
  const got = isInput
    ? parseMessage({ text: JSON.stringify(message), number: 1 })
    : airbyteMessage.parse(message);
  return got as unknown as Json;
};

const at = 1_700_000_000_000;
const record = (extra: Json = {}) => ({
  type: 'RECORD',
  record: { stream: 's', data: { id: 1 }, emitted_at: at, ...extra },
});
const state = (payload: Json) => ({ type: 'STATE', state: payload });
const trace = (payload: Json) => ({ type: 'TRACE', trace: { emitted_at: at, ...payload } });
const error = (extra: Json = {}) => trace({ type: 'ERROR', error: { message: 'm', ...extra } });
const estimate = (extra: Json) => trace({ type: 'ESTIMATE', estimate: { name: 's', ...extra } });
const streamStatus = (status: string, extra: Json = {}) =>
  trace({ type: 'STREAM_STATUS', stream_status: { stream_descriptor: { name: 's' }, status, ...extra } });
const logged = (level: string, extra: Json = {}) => ({
  type: 'LOG',
  log: { level, message: 'm', ...extra },
});
const spec = (extra: Json = {}) => ({
  type: 'SPEC',
  spec: { connectionSpecification: { type: 'object' }, ...extra },
});
const checked = (status: string, extra: Json = {}) => ({
  type: 'CONNECTION_STATUS',
  connectionStatus: { status, ...extra },
});
const stream = (extra: Json = {}) => ({
  name: 's',
  json_schema: { type: 'object' },
  supported_sync_modes: ['full_refresh'],
  ...extra,
});
const catalog = (...streams: Json[]) => ({ type: 'CATALOG', catalog: { streams } });
const control = (extra: Json) => ({
  type: 'CONTROL',
  control: { type: 'CONNECTOR_CONFIG', emitted_at: at, ...extra },
});
const destination = (...operations: Json[]) => ({
  type: 'DESTINATION_CATALOG',
  destination_catalog: { operations },
});
const operation = (extra: Json = {}) => ({
  object_name: 'o',
  sync_mode: 'append',
  json_schema: { type: 'object' },
  ...extra,
});
const change = { field: 'f', change: 'NULLED', reason: 'SOURCE_RETRIEVAL_ERROR' };
const descriptor = { name: 's', namespace: 'n' };

const samples: [string, Json][] = [
  ['a record', record()],
  ['a record of a namespace', record({ namespace: 'n' })],
  ['a record with changes', record({ meta: { changes: [change] } })],
  ['a record with empty meta', record({ meta: {} })],
  ['a record of a file', record({ file_reference: { staging_file_url: '/f', file_size_bytes: 3 } })],
  ['a record of nested data', record({ data: { a: { b: [1, null, { c: 'd' }] } } })],
  ['a record emitted at a time beyond 2^53', record({ emitted_at: 1e300 })],
  ['a stream state', state({ type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: {} } })],
  ['a stream state without a blob', state({ type: 'STREAM', stream: { stream_descriptor: { name: 's' } } })],
  [
    'a stream state with counts',
    state({
      type: 'STREAM',
      stream: { stream_descriptor: descriptor, stream_state: { cursor: 'x' } },
      sourceStats: { recordCount: 3, rejectedRecordCount: 1 },
      destinationStats: { recordCount: 2.0 },
    }),
  ],
  [
    'a global state',
    state({
      type: 'GLOBAL',
      global: {
        shared_state: { lsn: 1 },
        stream_states: [{ stream_descriptor: descriptor, stream_state: { a: 1 } }],
      },
    }),
  ],
  ['an empty global state', state({ type: 'GLOBAL', global: { stream_states: [] } })],
  ['a legacy state', state({ type: 'LEGACY', data: { cursor: 1 } })],
  ['a state of no type', state({ data: { cursor: 1 } })],
  ['an empty state', state({})],
  ...['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'].map((level): [string, Json] => [
    `a log of ${level}`,
    logged(level),
  ]),
  ['a log with a stack trace', logged('ERROR', { stack_trace: 'at x' })],
  ['an error', error()],
  ...['system_error', 'config_error', 'transient_error'].map((type): [string, Json] => [
    `an error of ${type}`,
    error({ failure_type: type }),
  ]),
  [
    'an error with everything',
    error({ internal_message: 'i', stack_trace: 't', stream_descriptor: descriptor }),
  ],
  ['an estimate of a stream', estimate({ type: 'STREAM', namespace: 'n', row_estimate: 10 })],
  ['an estimate of a sync', estimate({ type: 'SYNC', byte_estimate: 10 })],
  ['a huge estimate', estimate({ type: 'SYNC', byte_estimate: 2 ** 63 })],
  ...['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'].map((status): [string, Json] => [
    `a stream that is ${status}`,
    streamStatus(status),
  ]),
  [
    'a stream that waits',
    streamStatus('RUNNING', { reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: at } }] }),
  ],
  ['analytics', trace({ type: 'ANALYTICS', analytics: { type: 't', value: '2' } })],
  ['a trace at half a millisecond', { type: 'TRACE', trace: { type: 'ERROR', emitted_at: at + 0.5 } }],
  ['a specification', spec()],
  [
    'a full specification',
    spec({
      documentationUrl: 'https://example.com/d',
      changelogUrl: 'https://example.com/c',
      supportsIncremental: true,
      supportsNormalization: false,
      supportsDBT: false,
      supported_destination_sync_modes: ['append', 'overwrite', 'append_dedup', 'update', 'soft_delete'],
      protocol_version: '0.3.2',
      advanced_auth: { auth_flow_type: 'oauth2.0', predicate_key: ['a'], predicate_value: 'b' },
    }),
  ],
  ['a check that succeeded', checked('SUCCEEDED')],
  ['a check that failed', checked('FAILED', { message: 'm' })],
  ['an empty catalog', catalog()],
  [
    'a full catalog',
    catalog(
      stream(),
      stream({
        supported_sync_modes: ['full_refresh', 'incremental'],
        source_defined_cursor: true,
        default_cursor_field: ['a', 'b'],
        source_defined_primary_key: [['id'], ['a', 'b']],
        namespace: 'n',
        is_resumable: true,
        is_file_based: false,
      }),
    ),
  ],
  ['a configuration to keep', control({ connectorConfig: { config: { token: 'x' } } })],
  ['a control without a configuration', control({})],
  ['an empty destination catalog', destination()],
  ['a destination catalog', destination(operation(), operation({ matching_keys: [['id'], ['a', 'b']] }))],
];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The payload under its own schema: what is below these is the user's own. */
const free = new Set([
  'data',
  'json_schema',
  'connectionSpecification',
  'advanced_auth',
  'config',
  'stream_state',
  'shared_state',
]);

/** Every object that the protocol describes, changed. */
function everywhere(value: unknown, alter: (object: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => everywhere(item, alter));
  if (!isObject(value)) return value;
  const inner = Object.entries(value).map(([key, item]) => [
    key,
    free.has(key) ? item : everywhere(item, alter),
  ]);
  return alter(Object.fromEntries(inner));
}

describe('a message that the official schema takes', () => {
  it.each(samples)('is read: %s', (_name, message) => {
    expect(faults(message)).toBe('');
    expect(read(message)).toMatchObject(message);
  });

  it.each(samples)('is read with fields of a later version: %s', (_name, message) => {
    const later = everywhere(message, (object) => ({ ...object, later: { x: [1] }, next: null }));
    expect(faults(later)).toBe('');
    expect(read(later)).toMatchObject(message);
  });
});

/** The definition behind a field, and whether the field may be left out. */
function fieldsOf(definition: Json): [name: string, schema: Json, optional: boolean][] {
  const required = Array.isArray(definition.required) ? definition.required : [];
  const properties = isObject(definition.properties) ? definition.properties : {};
  return Object.entries(properties).flatMap(([name, schema]) =>
    isObject(schema) ? [[name, resolved(schema), !required.includes(name)]] : [],
  );
}

function resolved(schema: Json): Json {
  const name = typeof schema.$ref === 'string' ? schema.$ref.replace('#/definitions/', '') : undefined;
  const definitions = isObject(protocol.definitions) ? protocol.definitions : {};
  const found = name === undefined ? schema : definitions[name];
  return isObject(found) ? found : {};
}

/** As pydantic prints it: a null for each optional field that is unset. */
function withNulls(value: unknown, schema: Json): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => withNulls(item, resolved(isObject(schema.items) ? schema.items : {})));
  }
  if (!isObject(value)) return value;
  const filled = fieldsOf(schema).flatMap(([name, field, optional]) => {
    if (value[name] !== undefined) return [[name, withNulls(value[name], field)]];
    return optional ? [[name, null]] : [];
  });
  return { ...value, ...Object.fromEntries(filled) };
}

/** The places of the payload that hold null, below the message itself and outside free fields. */
function nullPlaces(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => nullPlaces(item, `${path}.${index}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    free.has(key) && item !== null ? [] : nullPlaces(item, `${path}.${key}`),
  );
}

/** Fields that this program neither reads nor describes. */
const undescribed =
  /\.(file_reference|authSpecification|rate_limited|quota_reset|is_file_based|include_files|rejectedRecordCount)\b/;

const message = resolved({ $ref: '#/definitions/AirbyteMessage' });

describe('an explicit null', () => {
  it.each(samples)('is read as unset: %s', (_name, sample) => {
    const printed = withNulls(sample, message);
    const { exact: _, ...got } = read(printed);
    const payloads = Object.values(got).filter(isObject);
    expect(printed).not.toEqual(sample);
    expect(
      payloads.flatMap((payload) => nullPlaces(payload)).filter((place) => !undescribed.test(place)),
    ).toEqual([]);
  });
});

/** Every copy of the message that lacks one field below its payload. */
function without(value: unknown): [path: string, rest: unknown][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      without(item).map(([path, rest]): [string, unknown] => [`${index}.${path}`, value.with(index, rest)]),
    );
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const { [key]: _, ...rest } = value;
    const inner = free.has(key) ? [] : without(item);
    return [
      [key, rest],
      ...inner.map(([path, part]): [string, unknown] => [`${key}.${path}`, { ...value, [key]: part }]),
    ];
  });
}

/** Read more leniently than the protocol says, on purpose. */
const lenient = /supported_sync_modes$|^record\.meta\./;

const cut = samples.flatMap(([name, sample]) =>
  without(sample)
    .filter(([path, rest]) => faults(rest) !== '' && !lenient.test(path))
    .map(([path, rest]): [string, string, unknown] => [name, path, rest]),
);

describe('a message without a required field', () => {
  it('is made of most samples', () => {
    expect(cut.length).toBeGreaterThan(100);
  });

  it.each(cut)('is refused: %s without %s', (_name, _path, rest) => {
    expect(() => read(rest)).toThrow();
  });

  it.each(samples)('is refused when it has no payload: %s', (_name, sample) => {
    expect(() => read({ type: sample.type })).toThrow();
  });
});

describe('a message with a value outside its list', () => {
  it.each<[string, Json]>([
    ['a log level', logged('LOUD')],
    ['a trace type', trace({ type: 'WHIM' })],
    ['a stream status', streamStatus('TIRED')],
    ['a failure type', error({ failure_type: 'whim' })],
    ['a check', checked('MAYBE')],
    ['a sync mode', catalog(stream({ supported_sync_modes: ['sometimes'] }))],
    ['a destination sync mode', destination(operation({ sync_mode: 'sometimes' }))],
    ['a control type', control({ type: 'WHIM' })],
    ['a namespace', record({ namespace: 7 })],
    ['data', record({ data: [] })],
  ])('is refused: %s', (_name, sample) => {
    expect(faults(sample)).not.toBe('');
    expect(() => read(sample)).toThrow();
  });
});

describe('a message that this program prints', () => {
  const printed: [string, unknown][] = [
    ['a log', log('WARN', 'm')],
    ['a check that succeeded', checkSucceeded()],
    ['a check that succeeded, with a message', checkSucceeded('fine')],
    ['a check that failed', checkFailed('m')],
    ...(['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] as const).map((status): [string, unknown] => [
      status,
      streamStatusMessage('s', status),
    ]),
    ['an estimate', rowEstimate('s', 12)],
    ['an error', traceError(new ConnectorError('m', { failureType: 'config_error' }))],
    [
      'an error with everything',
      traceError(
        new ConnectorError('m', {
          failureType: 'system_error',
          internal: 'i',
          stream: 's',
          cause: new Error('c'),
        }),
      ),
    ],
  ];

  it.each(printed)('is valid by the official schema: %s', (_name, made) => {
    const line: unknown = JSON.parse(JSON.stringify(made));
    expect(faults(line)).toBe('');
    expect(read(line)).toEqual(line);
  });

  it('holds no stack trace', () => {
    const made = traceError(new ConnectorError('m', { failureType: 'system_error', cause: new Error('c') }));
    expect(JSON.stringify(made)).not.toMatch(/stack|node:|\.ts/);
  });
});

describe('a configured catalog', () => {
  const configured = {
    streams: [{ stream: stream(), sync_mode: 'full_refresh', destination_sync_mode: 'append' }],
  };
  const schema = resolved({ $ref: '#/definitions/ConfiguredAirbyteCatalog' });

  it('is read as the official schema takes it', () => {
    expect(faults(configured, 'ConfiguredAirbyteCatalog')).toBe('');
    expect(parseConfiguredCatalog(JSON.stringify(configured), 'c.json')).toEqual(configured);
  });

  it('is read with a null in every unset field, as PyAirbyte writes it', () => {
    const got = parseConfiguredCatalog(JSON.stringify(withNulls(configured, schema)), 'c.json');
    expect(got).toMatchObject(configured);
    expect(nullPlaces(got).filter((place) => !undescribed.test(place))).toEqual([]);
    expect(got.streams[0]).toHaveProperty('primary_key', undefined);
  });

  it('is read with fields of a later version', () => {
    const later = everywhere(configured, (object) => ({ ...object, later: { x: 1 } }));
    expect(parseConfiguredCatalog(JSON.stringify(later), 'c.json')).toEqual(later);
  });
});
