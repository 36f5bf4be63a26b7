import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Workbench } from './workbench.ts';

const written = (bench: Workbench): string => Buffer.from(bench.bytes.subarray(0, bench.length)).toString();

it('writes numbers as they are spelled', () => {
  const numbers = fc.oneof(
    fc.integer(),
    fc.integer({ min: 999_999_990, max: 10_000_000_010 }),
    fc.maxSafeInteger(),
  );
  fc.assert(
    fc.property(fc.array(numbers), (values) => {
      const bench = new Workbench();
      for (const value of values) bench.integer(value);
      expect(written(bench)).toBe(values.join(''));
    }),
  );
});

it('adds any pieces of the lines, short and long, held or moved', () => {
  const text = Array.from({ length: 200 }, (_, n) => String.fromCharCode(0x30 + (n % 70))).join('');
  const piece = fc.tuple(fc.nat(200), fc.nat(200), fc.boolean());
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const bench = new Workbench();
      const base = bench.load(Buffer.from(text));
      bench.begin();
      let expected = '';
      for (const [a, b, held] of pieces) {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        if (held) bench.hold(base + from);
        if (held) bench.holdTo(base + to);
        if (held) bench.release();
        else bench.move(base + from, base + to);
        expected += text.slice(from, to);
      }
      expect(written(bench)).toBe(expected);
    }),
  );
});

it.each([
  ['{\\"a\\":\\"b\\\\n\\/\\"}', '{"a":"b\\n/"}'],
  ['plain é', 'plain é'],
  ['', ''],
  ['a\\u0062', undefined],
  ['a\\nb', undefined],
])('unescapes %s aside as %s', (text, expected) => {
  const bench = new Workbench();
  const start = bench.load(Buffer.from(text));
  const end = bench.unescapeAside(start, start + Buffer.byteLength(text));
  if (expected === undefined) expect(end).toBe(-1);
  else expect(Buffer.from(bench.bytes.subarray(bench.aside, end)).toString()).toBe(expected);
});
