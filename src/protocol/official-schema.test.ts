import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { ConnectorError } from './connector-error.ts';
import { isJsonObject } from './json-object.ts';
import { checkFailed, checkSucceeded, log, streamStatusMessage, traceError } from './make-message.ts';
import { airbyteMessage, configuredAirbyteCatalog, logLevel, streamStatus } from './messages.ts';
import { parseMessage } from './parse-message.ts';

/** Airbyte's own description of its protocol; fixtures/airbyte_protocol.yaml is a copy of it. */
const fixture = (name: string): string =>
  readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8').trim();
const protocol = parse(fixture('airbyte_protocol.yaml'));
const ajv = new Ajv({ strict: false });
ajvFormats.default(ajv);
ajv.addSchema(protocol, 'protocol');
const official = {
  message: ajv.compile({ $ref: 'protocol#/definitions/AirbyteMessage' }),
  catalog: ajv.compile({ $ref: 'protocol#/definitions/ConfiguredAirbyteCatalog' }),
};

type Step = string | number;
const samples: unknown[] = fixture('messages.ndjson')
  .split('\n')
  .map((line) => JSON.parse(line));
const titled = samples.map((sample): [string, unknown] => [JSON.stringify(sample).slice(0, 110), sample]);

const ours = (message: unknown): string | true => {
  try {
    parseMessage({ type: 'LINE', text: JSON.stringify(message), number: 1 });
    return true;
  } catch (error) {
    return String(error);
  }
};

/** Objects that a schema describes field by field: what lies in a user's own data is not the protocol's. */
const userData = new Set(
  'data stream_state shared_state json_schema connectionSpecification config advanced_auth authSpecification'.split(
    ' ',
  ),
);

function* places(value: unknown, path: Step[] = []): Generator<Step[]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield path;
  for (const [key, inner] of Object.entries(value)) {
    if (!userData.has(key)) yield* places(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** A copy in which one object is replaced. */
function changed(
  value: unknown,
  path: Step[],
  change: (object: Record<string, unknown>) => unknown,
): unknown {
  const copy = structuredClone(value);
  let at: unknown = copy;
  for (const step of path.slice(0, -1)) at = Reflect.get(Object(at), step);
  const last = path.at(-1);
  if (last === undefined) return isJsonObject(copy) ? change(copy) : copy;
  Reflect.set(Object(at), last, change(Reflect.get(Object(at), last)));
  return copy;
}

const variants = (
  message: unknown,
  change: (object: Record<string, unknown>) => Iterable<unknown>,
): unknown[] =>
  [...places(message)].flatMap((path) => {
    const made: unknown[] = [];
    changed(message, path, (object) => {
      for (const variant of change(object)) made.push(changed(message, path, () => variant));
      return object;
    });
    return made;
  });

function* eachWithout(object: Record<string, unknown>): Generator<unknown> {
  for (const key of Object.keys(object)) {
    yield Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
  }
}

/**
 * Where we differ, and mean it: Airbyte's schema takes a message without its payload, with which nothing can
 * be done; and old catalogs know no supported_sync_modes, which we do not need.
 */
const deliberate = (message: unknown): boolean => {
  const payload = isJsonObject(message) ? Object.values(message).some(isJsonObject) : false;
  const text = JSON.stringify(message);
  return !payload || (text.includes('"json_schema"') && !text.includes('"supported_sync_modes"'));
};

describe('what we print is what Airbyte describes', () => {
  const error = new ConnectorError('m', { failureType: 'config_error', internal: 'i', stream: 's' });
  test.each([
    ...logLevel.options.map((level) => log(level, 'text')),
    ...streamStatus.options.map((status) => streamStatusMessage('persons', status)),
    checkSucceeded(),
    checkSucceeded('fine'),
    checkFailed('wrong key'),
    traceError(error),
    traceError(new ConnectorError('m', { failureType: 'system_error' })),
    traceError(new ConnectorError('m', { failureType: 'transient_error' })),
  ])('%j', (message) => {
    const printed: unknown = JSON.parse(JSON.stringify(message));
    expect(official.message(printed), ajv.errorsText(official.message.errors)).toBe(true);
    expect(ours(printed)).toBe(true);
  });
});

describe('what Airbyte describes is what we take', () => {
  test('the samples hold every type of message', () => {
    const types = new Set(samples.map((sample) => Reflect.get(Object(sample), 'type')));
    expect([...types].sort()).toEqual(
      airbyteMessage.options.flatMap((option) => [...option.shape.type.values]).sort(),
    );
  });

  test.each(titled)('%s', (_title, sample) => {
    expect(official.message(sample), ajv.errorsText(official.message.errors)).toBe(true);
    expect(ours(sample)).toBe(true);
  });

  test.each(titled)('with unknown fields everywhere: %s', (_title, sample) => {
    const more = variants(sample, (object) => [
      { ...object, a_later_field: { x: [1] } },
      { ...object, another: null },
    ]);
    expect(more.length).toBeGreaterThan(1);
    for (const variant of more) {
      expect(official.message(variant), JSON.stringify(variant)).toBe(true);
      expect(ours(variant), JSON.stringify(variant)).toBe(true);
    }
  });

  test.each(titled)('without one of its fields, refused or taken by both: %s', (_title, sample) => {
    const fewer = variants(sample, eachWithout).filter((variant) => !deliberate(variant));
    for (const variant of [sample, ...fewer]) {
      expect(ours(variant) === true, JSON.stringify(variant)).toBe(official.message(variant));
    }
  });

  test.each(titled)('null wherever a field may be missing: %s', (_title, sample) => {
    const nulled = variants(sample, function* (object) {
      for (const key of Object.keys(object)) yield { ...object, [key]: null };
    });
    for (const variant of nulled) {
      const missing: unknown = JSON.parse(JSON.stringify(variant, (_key, value) => value ?? undefined));
      if (ours(missing) === true) expect(ours(variant), JSON.stringify(variant)).toBe(true);
    }
    expect(nulled.length).toBeGreaterThan(0);
  });
});

test('an explicit null reads as unset', () => {
  const text =
    '{"type":"STATE","state":{"type":"STREAM","data":null,"global":null,"stream":{"stream_descriptor":{"name":"a","namespace":null},"stream_state":null}}}';
  const message = parseMessage({ type: 'LINE', text, number: 1 });
  expect(message).toMatchObject({ state: { data: undefined, global: undefined } });
  expect(message).toMatchObject({ state: { stream: { stream_state: undefined } } });
});

describe('configured catalogs', () => {
  const stream = { name: 'a', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  const full = {
    stream,
    sync_mode: 'incremental',
    cursor_field: ['timestamp'],
    destination_sync_mode: 'append_dedup',
    destination_object_name: 'person',
    primary_key: [['a']],
    generation_id: 3,
    minimum_generation_id: 0,
    sync_id: 9,
    include_files: false,
  };
  const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

  test('required fields are required by both, the others by neither', () => {
    const catalog = { streams: [full], later: 1 };
    expect(official.catalog(catalog)).toBe(true);
    const fewer = variants(catalog, eachWithout).filter((variant) => !deliberate(variant));
    for (const variant of [catalog, ...fewer]) {
      expect(takes(configuredAirbyteCatalog, variant), JSON.stringify(variant)).toBe(
        official.catalog(variant),
      );
    }
  });
});
