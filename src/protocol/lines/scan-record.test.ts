import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from './parse-message.ts';
import { scannedRecord, scanRecord } from './scan-record.ts';

const record = scannedRecord();

/** The record as it was scanned, its values parsed; undefined for a line that is left to the parser. */
function scan(line: string) {
  const bytes = Buffer.from(`before\n${line}\nafter\n`);
  const next = scanRecord(record, bytes, 7);
  if (next < 0) return undefined;
  expect(bytes.subarray(next).toString()).toBe('after\n');
  const text = (start = 0, end = 0): string => bytes.subarray(start, end).toString();
  const columns = Array.from({ length: record.columns }, (_, index): [string, unknown] => [
    text(record.nameStart[index], record.nameEnd[index]),
    JSON.parse(text(record.valueStart[index], record.valueEnd[index])),
  ]);
  return { stream: text(record.streamStart, record.streamEnd), columns };
}

const line = (data: string, rest = ',"emitted_at":1'): string =>
  `{"type":"RECORD","record":{"stream":"s","data":${data}${rest}}}`;

describe('a scanned record', () => {
  it('has the columns that the parser reads', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((name) => !/["\\\p{Cc}]/u.test(name));
    fc.assert(
      fc.property(
        plain,
        fc.uniqueArray(fc.tuple(plain, fc.jsonValue()), { selector: ([name]) => name }),
        (stream, data) => {
          const members = data.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
          const text = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":{${members}},"emitted_at":1}}`;
          const message = parseMessage({ text, number: 1 });
          const scanned = scan(text);
          expect(message.type === 'RECORD' && message.record.stream).toBe(scanned?.stream);
          expect(scanned?.columns).toEqual(
            data.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))]),
          );
        },
      ),
    );
  });

  it.each([
    ['none at all', line('{}')],
    ['white space', ` ${line('{ "a" : 1 ,\t"b":2 }')}\r`.trimStart()],
    ['the data last', '{"type":"RECORD","record":{"stream":"s","emitted_at":1,"data":{"a":1}}}'],
    ['a namespace', line('{"a":1}', ',"emitted_at":1,"namespace":"public"')],
    ['fields that are null', line('{"a":1}', ',"emitted_at":1,"namespace":null,"meta":null')],
    ['no changes', line('{"a":1}', ',"emitted_at":1,"meta":{"changes":[]}')],
  ])('may have %s', (_what, text) => {
    expect(scan(text)).toBeDefined();
  });

  it.each([
    ['another message', '{"type":"STATE","state":{}}'],
    ['no JSON', line('{"a":NaN}')],
    ['an array', '[1]'],
    ['an escaped name', line('{"\\u0061":1}')],
    ['an escaped stream', line('{}').replace('"s"', '"\\u0073"')],
    ['no stream', '{"type":"RECORD","record":{"data":{},"emitted_at":1}}'],
    ['no time', line('{}', '')],
    ['a time that is none', line('{}', ',"emitted_at":"1"')],
    ['a field twice', line('{}', ',"emitted_at":1,"emitted_at":2')],
    ['changes', line('{}', ',"emitted_at":1,"meta":{"changes":[{"field":"a"}]}')],
    ['a field of a later protocol', line('{}', ',"emitted_at":1,"new":1')],
    ['a field beside the record', '{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":1},"x":1}'],
    ['more after it', `${line('{}')} {}`],
    ['a comma too many', line('{"a":1,}')],
    ['data that is a list', line('[]')],
    ['more columns than places', line(`{${Array.from({ length: 2000 }, (_, n) => `"c${n}":1`)}}`)],
  ])('is left to the parser: %s', (_what, text) => {
    expect(scan(text)).toBeUndefined();
  });

  it('is the parser’s too: whatever is scanned has the same columns there', () => {
    const texts = [
      line('{"a":1,"b":[{"c":null}],"d":"x\\n"}'),
      line('{"e":-1.5e3}', ',"meta":null,"emitted_at":12'),
    ];
    const edit = fc.record({
      at: fc.nat(120),
      remove: fc.nat(3),
      insert: fc.constantFrom('', '"', ',', '}', '1', '\\', ' '),
    });
    fc.assert(
      fc.property(fc.constantFrom(...texts), edit, (text, { at, remove, insert }) => {
        const changed = text.slice(0, at) + insert + text.slice(at + remove);
        const scanned = scan(changed);
        if (scanned === undefined) return;
        const message = parseMessage({ text: changed, number: 1 });
        if (message.type !== 'RECORD') throw new Error('scanned, but no record');
        expect(Object.fromEntries(scanned.columns)).toEqual(message.record.data);
        expect(scanned.stream).toBe(message.record.stream);
      }),
      { numRuns: 3000 },
    );
  });
});
