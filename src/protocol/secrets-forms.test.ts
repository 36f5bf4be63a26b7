import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secrets.ts';

describe('a secret', () => {
  it('is no pattern', () => {
    expect(maskSecrets('a.*b axxb $& $1', ['a.*b', '$& $'])).toBe('**** axxb ****1');
  });

  it('that begins like another is struck out whole', () => {
    expect(maskSecrets('abcdefgh', ['abcd', 'abcdefgh'])).toBe('****');
  });

  it('is gone in every form, whatever it is and whatever others there are', () => {
    const secrets = fc.array(
      fc.string({ unit: 'binary', minLength: 4 }).filter((value) => !value.includes('*')),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(secrets, (list) => {
        const forms = list.flatMap((one) => [
          one,
          JSON.stringify(one).slice(1, -1),
          encodeURIComponent(one.toWellFormed()),
        ]);
        const masked = maskSecrets(forms.join(' | '), list);
        expect(list.filter((one) => masked.includes(one))).toEqual([]);
        expect(masked).toBe(forms.map(() => '****').join(' | '));
      }),
    );
  });
});
