import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../errors/connector-error.ts';
import { type ParsedMessage, parseMessage } from './parse-message.ts';

const parse = (text: string, number = 1): ParsedMessage => parseMessage({ text, number });
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const record = (fields: string): ParsedMessage => parse(`{"type":"RECORD","record":{${fields}}}`);

function faultOf(text: string, number = 7): ConnectorError {
  try {
    parse(text, number);
  } catch (error) {
    if (error instanceof ConnectorError) return error;
  }
  throw new Error(`taken: ${text}`);
}

describe('records', () => {
  test.each([
    ['milliseconds', '1732445663123', 1732445663123],
    ['seconds', '1732445663', 1732445663],
    ["PyAirbyte's float seconds", '1732445663.123456', 1732445663.123456],
    ['more digits than a double holds', '1732445663123.123456789', 1732445663123.1235],
  ])('emitted_at in %s', (_what, text, expected) => {
    const message = record(`"stream":"s","data":{},"emitted_at":${text}`);
    expect(message).toEqual({ type: 'RECORD', record: { stream: 's', data: {}, emitted_at: expected } });
  });

  test('null means unset, unknown fields stay', () => {
    expect(
      record('"stream":"s","data":{"a":null},"emitted_at":1,"namespace":null,"meta":null,"x":1'),
    ).toEqual({
      type: 'RECORD',
      record: { stream: 's', data: { a: null }, emitted_at: 1, namespace: undefined, meta: undefined, x: 1 },
    });
  });

  test('data keep every digit and every name', () => {
    const data = '{"big":9007199254740993,"__proto__":{"a":1},"constructor":"c"}';
    const message = record(`"stream":"s","emitted_at":1,"data":${data}`);
    expect(message.type === 'RECORD' && JSON.stringify(message.record.data)).toBe(data);
  });

  test.each([
    ['no stream', '"data":{},"emitted_at":1'],
    ['no data', '"stream":"s","emitted_at":1'],
    ['no emitted_at', '"stream":"s","data":{}'],
    ['a stream that is no text', '"stream":1,"data":{},"emitted_at":1'],
    ['data that are a list', '"stream":"s","data":[],"emitted_at":1'],
    ['data that are null', '"stream":"s","data":null,"emitted_at":1'],
    ['data that are a long number', '"stream":"s","data":9007199254740993,"emitted_at":1'],
    ['emitted_at as text', '"stream":"s","data":{},"emitted_at":"1"'],
    ['a namespace that is no text', '"stream":"s","data":{},"emitted_at":1,"namespace":5'],
  ])('%s is a fault', (_what, fields) => {
    const fault = faultOf(`{"type":"RECORD","record":{${fields}}}`);
    expect(fault.message).toContain('Line 7 of the input is a RECORD whose fields are missing');
    expect(fault.failureType).toBe('system_error');
  });
});

describe('states', () => {
  test.each([
    '{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},"stream_state":{"lsn":9007199254740993,"__proto__":{"x":1}}},"id":12345678901234567890}',
    '{"stream":{"stream_descriptor":{"name":"a","namespace":null},"stream_state":null},"type":"STREAM"}',
    '{"type":"HALF","stream":{"stream_descriptor":{"name":"a","later":1}},"sourceStats":"many","later":{"x":1e400}}',
    '{"type":"GLOBAL","global":{"shared_state":{"d":0.1234567890123456789},"stream_states":[]},"data":null}',
    '{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"}},"sourceStats":{"recordCount":90071992547409930}}',
  ])('can be echoed as it came: %s', (state) => {
    const message = parse(`{"type":"STATE","state":${state}}`);
    expect(message.type === 'STATE' && JSON.stringify(message.exact)).toBe(state);
  });

  test('a state that does not fit says where', () => {
    const fault = faultOf('{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{}}}}');
    expect(fault.message).toMatch(
      /^Line 7 of the input is a STATE that does not match the protocol: state\./,
    );
  });
});

describe('a message that is neither RECORD nor STATE passes, whatever its shape', () => {
  test.each([
    ...['CHECKPOINT', 'RECORD_BATCH', 'record', '', 'UNKNOWN', 'OTHER', '__proto__', 'toString'],
    ...['LOG', 'TRACE', 'SPEC', 'CONNECTION_STATUS', 'CATALOG', 'CONTROL', 'DESTINATION_CATALOG'],
  ])('%j', (messageType) => {
    for (const rest of [
      '',
      ',"log":{"level":"LOUD"}',
      ',"trace":7',
      ',"control":[null]',
      `,"x":${deep(5000)}`,
    ]) {
      expect(parse(`{"type":"${messageType}"${rest}}`)).toEqual({ type: 'OTHER', messageType });
    }
  });

  test.each(['5', 'true', '["RECORD"]', '{"RECORD":1}'])('a type that is %s', (type) => {
    expect(parse(`{"type":${type}}`)).toMatchObject({ type: 'OTHER' });
  });
});

describe('what a later version adds to a record passes', () => {
  test.each([
    ['fields', '"x":{"y":[1]}', undefined],
    ['meta that are a text', '"meta":"m"', undefined],
    ['changes that are a text', '"meta":{"changes":"c"}', []],
    [
      'a change that cannot be read',
      '"meta":{"changes":[{},{"field":"f","change":"NEW","reason":"NEW","x":1}]}',
      ['f'],
    ],
    ['meta with more', '"meta":{"changes":null,"sync_id":7}', []],
  ])('%s', (_what, fields, changed) => {
    const message = record(`"stream":"s","data":{},"emitted_at":1,${fields}`);
    const changes = message.type === 'RECORD' ? message.record.meta?.changes : undefined;
    expect(changes?.map(({ field }) => field) ?? []).toEqual(changed ?? []);
  });
});

describe('a line that is nested deep', () => {
  test.each([501, 5000, 100_000])('%i levels: a record is told, a state is refused', (levels) => {
    const value = `{"a":${deep(levels)}}`;
    const message = record(`"stream":"s","data":${value},"emitted_at":1`);
    expect(message).toMatchObject({ tooDeep: true, record: { stream: 's' } });
    const state = `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":${value}}}}`;
    expect(faultOf(state).message).toContain('Line 7 of the input is a STATE nested deeper than 500 levels');
    expect(faultOf(`${state}}`).message).toContain('is not valid JSON');
  });

  test.each([100, 400])('%i levels are a record like any other, digit by digit', (levels) => {
    const data = `{"a":${deep(levels)},"n":12345678901234567890}`;
    const message = record(`"stream":"s","data":${data},"emitted_at":1`);
    expect(message).not.toHaveProperty('tooDeep');
    expect(message.type === 'RECORD' && JSON.stringify(message.record.data)).toBe(data);
  });
});

describe('a broken line that is no RECORD and no STATE', () => {
  test.each([
    '{"type":"LOG","log":{"message":"a\tb"}}',
    '{"type":"LOG","log":{"message":"cut sho',
    ' { "type" : "TRACE" , "trace" : {]}',
    '{"type":"CONTROL"',
    '{"type":"SPEC","spec":NaN}',
  ])('%s passes', (text) => {
    expect(parseMessage({ text, number: 1 })).toMatchObject({ type: 'OTHER' });
  });

  test.each([
    '{"type":"LOG","log":{"message":"cut sho{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":1}}',
    '{"type":"LOG"}{"type":"STATE","state":{}}',
    '{"log":{},"type":"LOG"',
    '{"type":"LOG',
    '{"type":"RECORDS","record":{',
  ])('%s may hide one, and is refused', (text) => {
    expect(faultOf(text).message).toContain('is not valid JSON');
  });
});

describe('a broken line', () => {
  test.each([
    ['', 'is not valid JSON'],
    ['{"type":"RECORD","record":{"stream":"pers', 'is not valid JSON'],
    ['Traceback (most recent call last):', 'is not valid JSON'],
    ['[]', 'is not an Airbyte message'],
    ['null', 'is not an Airbyte message'],
    ['5', 'is not an Airbyte message'],
    ['9007199254740993', 'is not an Airbyte message'],
    ['{"type":null}', 'is not an Airbyte message'],
    ['{"type":"STATE"}', 'is a STATE that does not match'],
  ])('%s: its number and why', (text, why) => {
    expect(faultOf(text, 31).message).toContain(`Line 31 of the input ${why}`);
  });

  test('shows its shape', () => {
    const text = '{"type":"RECORD","record":{"stream":"persons","data":{"password":"hunter2","n":12345}';
    expect(faultOf(text).message).toBe(
      'Line 7 of the input is not valid JSON. It begins with {"type":"…","record":{"stream":"…","data":{"…":"…","…":…}',
    );
  });

  test('never shows a value, wherever the line breaks', () => {
    const secret = 'hUnTeR2sEcReT';
    const around = fc.string({ unit: fc.constantFrom('"', '\\', ':', ',', '{', '}', '[', ' ', 'a', '1') });
    fc.assert(
      fc.property(around, around, fc.nat({ max: 90 }), (before, after, cut) => {
        const line = `{"type":"RECORD","record":{"data":{${before}${secret}${after}`;
        for (const text of [line, line.slice(cut)]) {
          expect(faultOf(`!${text}`).message).not.toMatch(/hUnT|sEcR/);
        }
      }),
    );
  });
});
