import { describe, expect, it } from 'vitest';
import { badValue } from '../../warehouse/bad-value.ts';
import { emittedLines, type Nulled } from './emitted-lines.ts';

const start = 1_733_000_000_000;
const lineOf = (data: string, stream = 'persons'): string =>
  `{"type":"RECORD","record":{"stream":"${stream}","emitted_at":${start},"data":${data}}}\n`;

/** As the SQL of a bad value gives it. */
function bad(column: string, isLong = false): string {
  const reason = isLong ? 'SOURCE_FIELD_SIZE_LIMITATION' : 'SOURCE_SERIALIZATION_ERROR';
  const parts = badValue(reason, column, (text) => JSON.stringify(text)).split(' || ');
  return parts
    .map((part) => (part === 'chr(2)' ? '\u0002' : part.replace(/^'|'$/g, '')))
    .map((part) => (part.startsWith('"') ? JSON.parse(part) : part))
    .join('');
}

function emitted(text: string, { now = start, stream = 'persons' } = {}) {
  const nulled: Nulled = new Map();
  const bytes = emittedLines(Buffer.from(text), stream, nulled, now);
  const lines = Buffer.from(bytes).toString().trimEnd().split('\n');
  return {
    text: Buffer.from(bytes).toString(),
    records: lines.map((line) => JSON.parse(line).record),
    nulled,
  };
}

describe('lines bear the time at which they are emitted', () => {
  it.each([
    ['a second or less after the query began: as they are', start + 1000, start],
    ['later', start + 60_000, start + 60_000],
    ['hours later', start + 9_000_000, start + 9_000_000],
    ['after the clock was put back', start - 5000, start - 5000],
  ])('%s', (_what, now, time) => {
    const text = lineOf('{"a":"é"}') + lineOf('{"a":1733000000000}') + lineOf('{}');
    const { records } = emitted(text, { now });
    expect(records.map(({ emitted_at }) => emitted_at)).toEqual([time, time, time]);
    expect(records.map(({ data }) => data)).toEqual([{ a: 'é' }, { a: start }, {}]);
  });

  it('in every stream', () => {
    for (const stream of ['events', 'relationships']) {
      const { records } = emitted(lineOf('{}', stream), { stream, now: start + 5000 });
      expect(records).toEqual([{ stream, emitted_at: start + 5000, data: {} }]);
    }
  });
});

describe('lines say which values could not be sent', () => {
  const change = (field: string, isLong = false) => ({
    field,
    change: 'NULLED',
    reason: isLong ? 'SOURCE_FIELD_SIZE_LIMITATION' : 'SOURCE_SERIALIZATION_ERROR',
  });

  it('each field once a reason, and no other line', () => {
    const text =
      lineOf('{"a":1,"ü":"ö"}') +
      lineOf(
        `{"a":${bad('a')},"ü \\"q\\"":[${bad('ü "q"')},{"x":${bad('ü "q"')}}],"c":${bad('c', true)},"d":"ö, \\"data\\":"}`,
      ) +
      lineOf(`{"a":${bad('a')}}`);
    const { records, nulled } = emitted(text, { now: start + 2000 });
    expect(records).toEqual([
      { stream: 'persons', emitted_at: start + 2000, data: { a: 1, ü: 'ö' } },
      {
        stream: 'persons',
        emitted_at: start + 2000,
        meta: { changes: [change('a'), change('ü "q"'), change('c', true)] },
        data: { a: null, 'ü "q"': [null, { x: null }], c: null, d: 'ö, "data":' },
      },
      { stream: 'persons', emitted_at: start + 2000, meta: { changes: [change('a')] }, data: { a: null } },
    ]);
    expect([...nulled.values()].map(({ mark, rows }) => [mark.column, rows])).toEqual([
      ['a', 2],
      ['ü "q"', 1],
      ['c', 1],
    ]);
  });

  it('and are the same bytes where there is nothing to say', () => {
    const text = lineOf('{"a":"\\u0002 null"}');
    expect(emitted(text).text).toBe(text);
  });
});
