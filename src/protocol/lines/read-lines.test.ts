import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Lines as text, and the lengths of those that were too long. */
async function read(chunks: readonly Uint8Array[], longest: number): Promise<(string | number)[]> {
  const got: (string | number)[] = [];
  for await (const item of readLines(chunksOf(chunks), longest)) {
    if (item.type === 'LONG_LINE') {
      expect(item.head.length).toBeLessThanOrEqual(4096);
      got.push(item.bytes);
    } else {
      const text = Buffer.from(item.lines).toString('latin1');
      expect(text.endsWith('\n')).toBe(true);
      got.push(...text.slice(0, -1).split('\n'));
    }
  }
  return got;
}

describe('a line that is too long', () => {
  it('comes as its length, whatever the cuts, and the others come whole', async () => {
    const line = fc.nat(25).map((length) => 'abcdefghij'.repeat(3).slice(0, length));
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), cuts, fc.boolean(), async (lines, places, isEnded) => {
        const bytes = Buffer.from(`${lines.join('\n')}${isEnded && lines.length > 0 ? '\n' : ''}`);
        const ends = [...places.filter((place) => place < bytes.length), bytes.length].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        const whole = isEnded || lines.at(-1) !== '' ? lines : lines.slice(0, -1);
        expect(await read(chunks, 10)).toEqual(whole.map((text) => (text.length <= 10 ? text : text.length)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([9, 10, 11])('%i bytes where 10 are the most', async (length) => {
    const text = 'x'.repeat(length);
    const expected = length <= 10 ? text : length;
    expect(await read([Buffer.from(`${text}\na\n`)], 10)).toEqual([expected, 'a']);
    expect(await read([Buffer.from('a\n'), Buffer.from(text)], 10)).toEqual(['a', expected]);
  });

  it('brings its beginning', async () => {
    const chunks = Array.from({ length: 50 }, () => Buffer.from('{"type":"RECORD"'.repeat(100)));
    const [item] = await Array.fromAsync(readLines(chunksOf(chunks), 10_000));
    expect(item).toMatchObject({ type: 'LONG_LINE', bytes: 80_000 });
    expect(item?.type === 'LONG_LINE' && Buffer.from(item.head).toString().slice(0, 16)).toBe(
      '{"type":"RECORD"',
    );
  });
});
