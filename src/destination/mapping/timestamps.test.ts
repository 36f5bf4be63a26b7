import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../json/exact-json.ts';
import { looksLikeTimestamp, unixSeconds } from './timestamps.ts';

describe('unixSeconds', () => {
  const leapDay = Date.UTC(2024, 1, 29, 13, 14, 15) / 1000;
  it.each([
    ['2024-02-29T13:14:15', leapDay],
    ['2024-02-29 13:14:15.123', leapDay],
    ['2024-02-29T13:14:15.123456789Z', leapDay],
    ['2024-02-29T15:14:15+02:00', leapDay],
    ['2024-02-29 15:14:15 +0200', leapDay],
    ['2024-02-29 11:14:15-02', leapDay],
    ['2024-02-29', Date.UTC(2024, 1, 29) / 1000],
    ['1709212455', leapDay],
    [1709212455, leapDay],
    [1709212455.9, leapDay],
    [1709212455123, leapDay],
    [1709212455123456, leapDay],
    ['1969-12-31T23:59:59.5', -1],
    ['2024-02-30T00:00:00', undefined],
    ['2024-13-01', undefined],
    ['2024-01-01T25:00:00', undefined],
    ['2024-00-10', undefined],
    ['2024-01-00', undefined],
    ['2024-01-01T12:75:00', undefined],
    ['2024-01-01T12:00:75', undefined],
    ['2023-02-29T00:00:00', undefined],
    ['0001-01-01T00:00:00', -62_135_596_800],
    ['0050-06-30', Date.parse('0050-06-30T00:00:00Z') / 1000],
    ['1709212455.000', leapDay],
    ['1709212455123', leapDay],
    ['1709212455123456', leapDay],
    ['1709212455123456789', leapDay],
    [' 1709212455123.9 ', leapDay],
    ['+1709212455', leapDay],
    ['1709212455.', leapDay],
    ['1.709212455123E12', leapDay],
    ['1709212455e0', leapDay],
    [1709212455123.75, leapDay],
    // The last second before a unit ends, and the first of the next.
    [31_535_999_999, 31_535_999_999],
    [31_536_000_000, 31_536_000],
    [31_535_999_999_999, 31_535_999_999],
    [31_536_000_000_000, 31_536_000],
    [31_535_999_999_999_000, 31_535_999_999],
    [31_536_000_000_000_000, 31_536_000],
    ['31535999999', 31_535_999_999],
    ['31536000000', 31_536_000],
    ['31535999999999999999', 31_535_999_999],
    ['31536000000000000000', undefined],
    [-31_536_000_000, -31_536_000],
    [-315_619_200_000, -315_619_200],
    ['-315619200001', -315_619_201],
    // A double would round these into the next second.
    ['1709212455999999999', leapDay],
    ['1709212455999999999.9', leapDay],
    ['-1709212455000000001', -leapDay - 1],
    ['-1709212455000000000.1', -leapDay - 1],
    ['-1709212455000000000', -leapDay],
    [0, 0],
    ['0', 0],
    ['1,709', undefined],
    ['0x10', undefined],
    ['1e99', undefined],
    ['-', undefined],
    [1e300, undefined],
    [-1e300, undefined],
    ['yesterday', undefined],
    ['', undefined],
    [Number.NaN, undefined],
    [true, undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j is %j', (value, expected) => {
    expect(unixSeconds(value)).toBe(expected);
  });

  it('reads what JavaScript writes, for every second', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }), (seconds) => {
        const text = new Date(seconds * 1000).toISOString();
        expect(unixSeconds(text)).toBe(seconds);
        expect(unixSeconds(text.slice(0, 19))).toBe(seconds);
      }),
    );
  });

  it('reads numbers that were kept digit by digit', () => {
    for (const text of ['1709212455123456789', '1709212455999999999', '1709212455.99999999999999999999']) {
      expect(unixSeconds(parseExactJson(text))).toBe(leapDay);
    }
  });
});

it.each([
  ['2025-01-15 10:30:00.000', true],
  ['2025-01-15T10:30:00Z', true],
  ['2025-01-15', false],
  ['+49 170 1234567', false],
  [1709212455, false],
])('%j looks like a timestamp: %j', (value, expected) => {
  expect(looksLikeTimestamp(value)).toBe(expected);
});
