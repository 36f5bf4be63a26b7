import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isDeeper, isDeeperValue, memberText } from './json-depth.ts';

const lists = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const objects = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('depth', () => {
  test.each([
    ['lists', lists],
    ['objects', objects],
    ['both', (levels: number) => `{"x":[],"y":${lists(levels - 1)}}`],
  ])('%s at the limit and one over it, as text and as a value', (_what, nested) => {
    for (const levels of [3, 100, 500]) {
      expect([isDeeper(nested(levels), levels), isDeeper(nested(levels + 1), levels)]).toEqual([false, true]);
      const value: unknown = JSON.parse(nested(levels));
      expect([isDeeperValue(value, levels), isDeeperValue(value, levels - 1)]).toEqual([false, true]);
    }
  });

  it('is not made by brackets in texts', () => {
    const text = JSON.stringify([`${'['.repeat(2000)}"\\`, { '{{{{"{{{': '\\"[[[[' }]);
    expect(isDeeper(text, 2)).toBe(false);
    expect(isDeeper(text, 1)).toBe(true);
  });

  it('of a hundred thousand levels takes no stack', () => {
    expect(isDeeper(lists(100_000))).toBe(true);
    expect(isDeeperValue(JSON.parse(objects(100_000)), 99_999)).toBe(true);
  });
});

describe('a member as it stands', () => {
  test.each([
    ['{"a":1,"record":{"n":1.50},"b":2}', '{"n":1.50}'],
    ['{"record":"record"}', '"record"'],
    ['{"x":"record","y":{"record":1},"record" : [ 1 , 2 ] }', '[ 1 , 2 ]'],
    ['{"x":",\\"record\\":5","record":12345678901234567890}', '12345678901234567890'],
    ['{"x":1}', undefined],
  ])('%s', (json, expected) => {
    expect(memberText(json, 'record')).toBe(expected);
  });

  it('is that of JSON.parse', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), value, (others, wanted) => {
        const { wanted: _, ...before } = others;
        const text = memberText(JSON.stringify({ ...before, wanted }), 'wanted');
        expect(text).toBe(JSON.stringify(wanted));
      }),
    );
  });
});
