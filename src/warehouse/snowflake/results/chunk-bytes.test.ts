import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scanChunk } from './chunk-bytes.ts';

const cell = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', ']', '[', ',', '\n', '{', 'é') }),
);
const rows = fc.array(fc.tuple(cell, fc.option(cell), cell));

/** Rows as a chunk, with the line breaks that Snowflake puts between them. */
const chunkOf = (values: readonly unknown[]): string => values.map((row) => JSON.stringify(row)).join(',\n');

it('reads every plain chunk as JSON.parse does', () => {
  fc.assert(
    fc.property(rows, (values) => {
      const text = chunkOf(values);
      const scanned = scanChunk(Buffer.from(text));
      // Control characters and lone surrogates are escaped as \u: those chunks are left to JSON.parse.
      if (scanned === undefined) return /\\u/.test(text);
      const cells = scanned.ends.map((end, row) =>
        scanned.bytes.subarray(scanned.ends[row - 1] ?? 0, end).toString(),
      );
      const others = values.map((_, row) => scanned.others(row));
      expect(cells).toEqual(values.map(([first]) => first));
      expect(others).toEqual(values.map(([, ...rest]) => rest));
      return true;
    }),
  );
});

it.each([
  ['a first cell that is NULL', '[null,"a"]'],
  ['a first cell that is a number', '[1]'],
  ['a row that breaks off', '["a","b"'],
  ['a string that breaks off', '["a'],
  ['an escape by number', '["\\u00e9"]'],
])('leaves %s to JSON.parse', (_, text) => {
  expect(scanChunk(Buffer.from(text))).toBeUndefined();
});

it('reads a chunk of one column, and an empty one', () => {
  expect(scanChunk(Buffer.from('["a"],["b"]'))?.ends).toEqual([1, 2]);
  expect(scanChunk(Buffer.from('["a"]'))?.others(0)).toEqual([]);
  expect(scanChunk(Buffer.from(''))?.ends).toEqual([]);
});
