import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../errors/connector-error.ts';
import { parseConfigFile, parseConfiguredCatalog, parseStateFile } from './parse-catalog.ts';

const path = '/data/file.json';

function faultOf(parse: (text: string, path: string) => unknown, text: string): string {
  try {
    parse(text, path);
  } catch (error) {
    if (error instanceof ConnectorError && error.failureType === 'config_error') return error.message;
  }
  throw new Error(`taken: ${text}`);
}

describe('any of the files', () => {
  test.each([parseConfigFile, parseConfiguredCatalog, parseStateFile])('%o: broken JSON', (parse) => {
    const message = faultOf(parse, '{\n  "api_key": "hunter2",\n}');
    expect(message).toBe(`${path} is not valid JSON (line 3).`);
    expect(faultOf(parse, '{"api_key": hunter2}')).toBe(`${path} is not valid JSON.`);
  });
});

describe('parseConfigFile', () => {
  test('an object passes, with a byte order mark too', () => {
    expect(parseConfigFile('\uFEFF{"a":1}', path)).toEqual({ a: 1 });
  });

  test('numbers stay numbers, however long: a schema is to judge them', () => {
    expect(parseConfigFile('{"port":0.1000000000000000055}', path)).toEqual({ port: 0.1 });
  });

  test.each(['[]', 'null', '"hunter2"', '5'])('%s is refused', (text) => {
    expect(faultOf(parseConfigFile, text)).toBe(`${path} is not a configuration: it must be a JSON object.`);
  });
});

describe('parseConfiguredCatalog', () => {
  const stream = { name: 'persons', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  const entry = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' };
  const of = (...streams: unknown[]) => JSON.stringify({ streams });

  test('passes, nulls read as unset, unknown fields stay', () => {
    const catalog = parseConfiguredCatalog(of({ ...entry, cursor_field: null, later: 1 }), path);
    expect(catalog.streams[0]).toEqual({ ...entry, cursor_field: undefined, later: 1 });
  });

  test.each([
    ['{}', 'streams: '],
    ['[]', 'must be an object'],
    [of(entry, { ...entry, sync_mode: 'hunter2' }), 'streams[1].sync_mode: '],
    [of({ ...entry, stream: { ...stream, name: 5 } }), 'streams[0].stream.name: '],
    [
      of({ ...entry, stream: { ...stream, json_schema: [] } }),
      'streams[0].stream.json_schema: expected an object',
    ],
  ])('%s names the place', (text, place) => {
    const message = faultOf(parseConfiguredCatalog, text);
    expect(message).toContain(`${path} is not a configured catalog: `);
    expect(message).toContain(place);
    expect(message).not.toContain('hunter2');
  });
});

test('what discover prints is told from a configured catalog', () => {
  const printed = { type: 'CATALOG', catalog: { streams: [] } };
  for (const text of [JSON.stringify(printed), JSON.stringify({ catalog: printed.catalog })]) {
    expect(faultOf(parseConfiguredCatalog, text)).toMatch(
      /as discover prints it.*"sync_mode": "incremental"/,
    );
  }
});

describe('parseStateFile', () => {
  const state = { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: { x: 1 } } };
  const global = { type: 'GLOBAL', global: { stream_states: [] } };

  test.each(['', ' \n', '{}', '[]', 'null', '\uFEFF'])('%j is no state', (text) => {
    expect(parseStateFile(text, path)).toEqual([]);
  });

  test('a list, a single one, and messages around them', () => {
    expect(parseStateFile(JSON.stringify([state, global]), path)).toEqual([state, global]);
    expect(parseStateFile(JSON.stringify(state), path)).toEqual([state]);
    expect(parseStateFile(JSON.stringify([{ type: 'STATE', state }]), path)).toEqual([state]);
  });

  test('a type that is null or missing passes where the payload says it', () => {
    const [first] = parseStateFile(JSON.stringify({ ...state, type: null }), path);
    expect(first).toEqual({ ...state, type: undefined });
  });

  test('a stream state keeps every digit and every name', () => {
    const inner = '{"lsn":9007199254740993,"__proto__":{"a":1}}';
    const text = `[{"stream":{"stream_descriptor":{"name":"a"},"stream_state":${inner}}}]`;
    const [first] = parseStateFile(text, path);
    expect(JSON.stringify(first?.stream?.stream_state)).toBe(inner);
  });

  test.each([
    ['{"persons":{"cursor":"hunter2"}}', 'it has neither "stream" nor "global"'],
    ['[{"type":"LEGACY","data":{"cursor":"hunter2"}}]', 'entry 0 has neither'],
    [JSON.stringify([state, { stream: { stream_state: {} } }]), '[1].stream.stream_descriptor: '],
    [JSON.stringify([state, null]), '[1]: '],
    ['"hunter2"', 'must be an object'],
  ])('%s is refused', (text, what) => {
    const message = faultOf(parseStateFile, text);
    expect(message).toContain(`${path} is not a list of Airbyte state messages: `);
    expect(message).toContain(what);
    expect(message).not.toContain('hunter2');
  });
});
