import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipValue } from './json-bytes.ts';

/** Where the value ends in a line that holds it and nothing else. */
const end = (text: string): number => skipValue(Buffer.from(`${text}\n`), 0);

const spaced = (text: string): string => text.replaceAll(/([{}[\],:])/g, ' $1\t');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('walking over JSON', () => {
  it('ends where any value ends', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(end(text)).toBe(Buffer.byteLength(text));
        expect(skipValue(Buffer.from(`x${text},\n`), 1)).toBe(Buffer.byteLength(text) + 1);
      }),
    );
  });

  it('passes white space inside', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.record({ a: fc.integer(), b: fc.boolean() }))), (value) => {
        const text = spaced(JSON.stringify(value)).trim();
        expect(end(text)).toBe(text.length);
      }),
    );
  });

  it('takes nothing that JSON.parse would refuse', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '\\u',
        'd800',
        '0',
        '1',
        '-',
        '.',
        'e',
        '+',
        'true',
        'nul',
      ],
      ...['null', 'false', ' ', '\t', '\r', '"a"', '\u0001', 'é', '\\"', 'NaN', 'Infinity', '\u00a0'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const stop = end(text);
        if (stop >= 0) expect(isJson(Buffer.from(text).subarray(0, stop).toString())).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '-',
    '01',
    '1.',
    '.5',
    '1e',
    '1e+',
    '+1',
    '--1',
    '0x1',
    '1.e5',
    '"\\x"',
    '"\\u12g4"',
    '"\t"',
    'tru',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '{"a"1}',
    '"open',
    '[',
    '{',
    '',
  ])('leaves %j to the parser', (text) => {
    const stop = end(text);
    expect(stop < 0 || stop < text.length).toBe(true);
  });

  it('leaves what is nested very deep to the parser, however deep', () => {
    expect(end(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)).toBe(-1);
  });
});
