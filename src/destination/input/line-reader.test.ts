import { describe, expect, it } from 'vitest';
import { Workbench } from '../mapping/bytes/values/workbench.ts';
import { textOf } from '../settlement/record-line.ts';
import { LineReader } from './line-reader.ts';

const record = (data: string): string =>
  `{"type":"RECORD","record":{"stream":"s","data":${data},"emitted_at":1}}`;

/** Each line as text, and whether it was scanned. */
function readAll(reader: LineReader, lines: Uint8Array): [string, boolean][] {
  const read: [string, boolean][] = [];
  reader.open(lines);
  while (reader.next()) read.push([textOf(reader.line), reader.scanned !== undefined]);
  return read;
}

describe('lines', () => {
  it('are scanned where they are records, and left to the parser where they are not', () => {
    const lines = [record('{"a":1}'), '', '{"type":"LOG"}', ' \r', `${record('{}')}\r`, record('{"a":NaN}')];
    expect(readAll(new LineReader(new Workbench()), Buffer.from(lines.join('\n')))).toEqual([
      [record('{"a":1}'), false],
      ['{"type":"LOG"}', false],
      [record('{}'), false],
      [record('{"a":NaN}'), false],
    ]);
    expect(readAll(new LineReader(new Workbench()), Buffer.from(`${lines.join('\n')}\n`))).toEqual([
      [record('{"a":1}'), true],
      ['{"type":"LOG"}', false],
      [record('{}'), true],
      [record('{"a":NaN}'), false],
    ]);
  });

  it('are numbered over all of the input, blank ones among them', () => {
    const reader = new LineReader(new Workbench());
    readAll(reader, Buffer.from(`\uFEFF${record('{}')}\n\n`));
    readAll(reader, Buffer.from(`${record('{}')}\nno message\n`));
    expect(() => reader.parse()).toThrow('Line 4 of the input');
  });

  it('that are longer than all before leave nothing of those', () => {
    const bench = new Workbench();
    const reader = new LineReader(bench);
    const long = record(`{"a":"${'x'.repeat(100_000)}"}`);
    for (const line of [record('{"a":1}'), long, record('{"a":2}')]) {
      expect(readAll(reader, Buffer.from(`${line}\n`))).toEqual([[line, true]]);
    }
  });

  it('that are no UTF-8 are mended as they are parsed', () => {
    const reader = new LineReader(new Workbench());
    reader.open(
      Buffer.concat([
        Buffer.from('{"type":"RECORD","record":{"stream":"s","data":{"a":"'),
        Buffer.of(0xff),
        Buffer.from('"},"emitted_at":1}}\n'),
      ]),
    );
    expect(reader.next()).toBe(true);
    expect(reader.scanned).toBeUndefined();
    expect(reader.parse()).toMatchObject({ record: { data: { a: '\uFFFD' } } });
  });
});
