import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../mapping/limits.ts';
import { Ledger } from '../settlement/ledger.ts';
import { type Batch, BatchPool, bodyOf, lineOf, Packer } from './batch.ts';

const acknowledgement = new Ledger(['persons'], () => undefined).open('persons');

/** Packs a text; every second one as bytes, as the fast path has them. */
function add(packing: Packer, text: string, index: number, line = text): Batch | undefined {
  const body = JSON.stringify({ text });
  const bytes = Buffer.from(`${body} and what the last one left`);
  const length = Buffer.byteLength(body);
  const operation =
    index % 2 === 0 ? { key: 'k', body, bytes: length, truncated: [] } : { key: 1, bytes, length };
  const lineBytes = Buffer.from(line);
  return packing.add(operation, { bytes: lineBytes, start: 0, end: lineBytes.length }, acknowledgement);
}

function packAll(texts: readonly string[], limit: number): Batch[] {
  const packing = new Packer(new BatchPool(limit), limit);
  const batches = texts.map((text, index) => add(packing, text, index));
  return [...batches, packing.seal()].filter((batch) => batch !== undefined);
}

const textsOf = (body: Buffer): string[] =>
  JSON.parse(body.toString()).batch.map(({ text }: { text: string }) => text);

const linesOf = (batch: Batch): string[] =>
  Array.from({ length: batch.count }, (_, index) => {
    const { bytes, start, end } = lineOf(batch, index);
    return Buffer.from(bytes.subarray(start, end)).toString();
  });

const someTexts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }));

describe('a batch', () => {
  it('keeps every operation and its record once, in order, in bodies below the limit', () => {
    const limit = 300;
    fc.assert(
      fc.property(someTexts, (texts) => {
        const batches = packAll(texts, limit);
        const bodies = batches.map((batch) => bodyOf(batch));
        for (const body of bodies) expect(body.length).toBeLessThan(limit);
        expect(bodies.flatMap(textsOf)).toEqual(texts);
        expect(batches.flatMap(linesOf)).toEqual(texts);
      }),
    );
  });

  it('gives any part of itself as a body, and is whole after', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2 }), fc.nat(), (texts, at) => {
        const [batch] = packAll(texts, limits.batch);
        if (batch === undefined) return;
        const middle = 1 + (at % (texts.length - 1));
        expect(textsOf(bodyOf(batch, 0, middle))).toEqual(texts.slice(0, middle));
        expect(textsOf(bodyOf(batch, middle, texts.length))).toEqual(texts.slice(middle));
        expect(textsOf(bodyOf(batch))).toEqual(texts);
      }),
    );
  });

  it('is filled to the last byte that fits', () => {
    const [whole] = packAll(['x'.repeat(limits.batch - '{"batch":[{"text":""}]}'.length - 1)], limits.batch);
    expect(whole && bodyOf(whole)).toHaveLength(limits.batch - 1);
    const half = 'x'.repeat((limits.batch - '{"batch":[{"text":""},{"text":""}]}'.length - 1) / 2);
    expect(packAll([half, half, half], limits.batch).map((batch) => batch.count)).toEqual([2, 1]);
    expect(packAll([half, `${half}xx`], limits.batch)).toHaveLength(2);
  });

  it('is full where its records are far longer than what is sent of them', () => {
    const packing = new Packer(new BatchPool());
    const long = 'x'.repeat(400_000);
    expect([0, 1].map((index) => add(packing, 'a', index, long))).toEqual([undefined, undefined]);
    expect(add(packing, 'a', 2, long)?.count).toBe(2);
    expect(add(packing, 'b', 3, 'x'.repeat(3_000_000))?.count).toBe(1);
    const last = packing.seal();
    expect(last && linesOf(last).map((line) => line.length)).toEqual([3_000_000]);
  });
});

it('batches are used again once they are given back, and only then', () => {
  const pool = new BatchPool();
  const packing = new Packer(pool);
  const packed = (...texts: string[]): Batch => {
    for (const text of texts) add(packing, text, 1);
    const batch = packing.seal();
    if (batch === undefined) throw new Error('nothing was packed');
    return batch;
  };
  const first = packed('first', 'of', 'three');
  const second = packed('second');
  expect(second).not.toBe(first);
  pool.giveBack(first);
  const third = packed('third');
  expect(third).toBe(first);
  expect([textsOf(bodyOf(third)), linesOf(third)]).toEqual([['third'], ['third']]);
  expect(textsOf(bodyOf(second))).toEqual(['second']);
});
