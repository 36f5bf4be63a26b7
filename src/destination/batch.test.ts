import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bodyOf, type Parcel, packer } from './batch.ts';
import { ledger } from './ledger.ts';
import { limits } from './limits.ts';

const books = ledger(['persons'], () => undefined);

function parcel(text: string): Parcel {
  const body = JSON.stringify({ text });
  return {
    operation: { key: 'k', body, bytes: Buffer.byteLength(body), truncated: [] },
    ticket: books.open('persons', '{}'),
  };
}

function packAll(parcels: readonly Parcel[], limit: number): (readonly Parcel[])[] {
  const packing = packer(limit);
  const batches = parcels.flatMap((each) => {
    const full = packing.add(each);
    return full === undefined ? [] : [full];
  });
  return [...batches, packing.seal()].filter((batch) => batch.length > 0);
}

it('keeps every operation once, in order, in bodies below the limit', () => {
  const limit = 300;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 })), (texts) => {
      const batches = packAll(texts.map(parcel), limit);
      const bodies = batches.map(bodyOf);
      for (const body of bodies) expect(body.length).toBeLessThan(limit);
      const sent = bodies.flatMap((body) =>
        JSON.parse(body.toString()).batch.map((op: { text: string }) => op.text),
      );
      expect(sent).toEqual(texts);
    }),
  );
});

it('fills a body to the last byte that fits', () => {
  const whole = parcel('x'.repeat(limits.batch - '{"batch":[{"text":""}]}'.length - 1));
  expect(bodyOf([whole])).toHaveLength(limits.batch - 1);
  const half = parcel('x'.repeat(limits.batch / 2 - 50));
  expect(packAll([half, half, half], limits.batch)).toHaveLength(2);
});
