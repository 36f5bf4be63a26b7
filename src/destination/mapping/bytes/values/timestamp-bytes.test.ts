import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unixSeconds } from '../../timestamps.ts';
import { secondsOfBytes } from './timestamp-bytes.ts';

const seconds = (text: string): number =>
  secondsOfBytes(Buffer.from(`"${text}"`), 1, Buffer.byteLength(text) + 1);

it('is what the text means, or left to it', () => {
  const two = fc.nat(99).map((n) => String(n).padStart(2, '0'));
  const fraction = fc.constantFrom('', '.', '.5', '.123456', '.123456789', '.1234567891', ',5');
  const zone = fc.constantFrom('', 'Z', 'z', '+00:00', '+02:00', ' ');
  const separator = fc.constantFrom('T', ' ', 't', '-');
  const year = fc.nat(9999).map((n) => String(n).padStart(4, '0'));
  fc.assert(
    fc.property(year, two, two, separator, two, two, two, fraction, zone, (y, m, d, t, h, min, s, f, z) => {
      const text = `${y}-${m}-${d}${t}${h}:${min}:${s}${f}${z}`;
      const found = seconds(text);
      if (!Number.isNaN(found)) expect(found).toBe(unixSeconds(text));
    }),
    { numRuns: 5000 },
  );
});

it('knows every day that warehouses write', () => {
  const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (time) => {
      const text = time.toISOString();
      const isLeapDay = text.slice(5, 10) === '02-29';
      expect(seconds(text)).toBe(isLeapDay ? Number.NaN : Math.floor(time.getTime() / 1000));
      expect(seconds(text.slice(0, 19).replace('T', ' '))).toBe(seconds(text));
    }),
  );
});

it.each([
  '',
  '2024-01-01',
  '2024-01-01T00:00',
  '2024-13-01T00:00:00',
  '2024-02-30T00:00:00',
  '2024-01-01T24:00:00',
  '2024-01-01T00:00:60',
  '20a4-01-01T00:00:00',
  '1700000000',
])('leaves %j to the text', (text) => {
  expect(seconds(text)).toBeNaN();
});
