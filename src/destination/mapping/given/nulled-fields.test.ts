import { describe, expect, it } from 'vitest';
import { withoutNulled } from './nulled-fields.ts';

type Data = Record<string, unknown>;

const change = (field: string, what = 'NULLED') => ({
  field,
  change: what,
  reason: 'SOURCE_SERIALIZATION_ERROR',
});
const record = (data: Data, ...changes: ReturnType<typeof change>[]) => ({
  stream: 's',
  emitted_at: 1,
  data,
  meta: { changes },
});

describe('a null in the place of a value that could not be sent', () => {
  it.each<[string, Data, readonly ReturnType<typeof change>[], Data]>([
    ['is left out', { a: null, b: null }, [change('a')], { b: null }],
    ['may be one of several', { a: null, b: null, c: 1 }, [change('a'), change('b')], { c: 1 }],
    ['may have a name with a dot', { 'a.b': null, a: { b: null } }, [change('a.b')], { a: { b: null } }],
    ['may lie in an object', { a: { b: null, c: 1 } }, [change('a')], { a: { c: 1 } }],
    [
      'may be named by a path',
      { a: { b: { c: null }, d: null } },
      [change('a.b.c')],
      { a: { b: {}, d: null } },
    ],
    ['leaves lists alone', { a: [1, null] }, [change('a')], { a: [1, null] }],
    ['leaves a value alone', { a: 1 }, [change('a')], { a: 1 }],
    ['is none where the value was cut', { a: null }, [change('a', 'TRUNCATED')], { a: null }],
    ['may be missing', { b: null }, [change('a'), change('.a'), change('')], { b: null }],
  ])('%s', (_what, data, changes, expected) => {
    expect(withoutNulled(record(data, ...changes))).toEqual(expected);
  });

  it('is looked for only where the record says so', () => {
    const data = { a: null };
    expect(withoutNulled({ stream: 's', emitted_at: 1, data, meta: undefined })).toBe(data);
    expect(withoutNulled({ stream: 's', emitted_at: 1, data, meta: {} })).toBe(data);
  });
});
