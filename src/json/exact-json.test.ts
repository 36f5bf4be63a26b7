import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactDigits, parseExactJson } from './exact-json.ts';

const again = (text: string): string => JSON.stringify(parseExactJson(text));

test.each([
  '9007199254740993',
  '-9007199254740993',
  '[123456789012345678901234567890]',
  '{"n":0.1234567890123456789}',
  '{"n":-12345678901234567890.5}',
  '{"n":1e400}',
  '{"n":1e-400}',
  '{"n":1.2345678901e-320}',
  '{"a":1,"b":[{"c":9007199254740993}],"d":"9007199254740993"}',
  '{"__proto__":9007199254740993,"constructor":{"prototype":1}}',
  '{"__proto__":{"x":1},"toString":null}',
])('%s comes back digit by digit', (text) => {
  expect(again(text)).toBe(text);
});

test('numbers that a double holds stay numbers', () => {
  expect(parseExactJson('[1.50000000000000000,1e5,1.7E9,123456789012345,-0.1]')).toEqual([
    1.5, 1e5, 1.7e9, 123456789012345, -0.1,
  ]);
});

test('digits inside texts are no numbers', () => {
  const text = '{"id":"12345678901234567890","sha":"3e4a9e1f","t":"at 9007199254740993, or 4e5"}';
  expect(parseExactJson(text)).toEqual(JSON.parse(text));
});

test('the digits can be asked for', () => {
  const [big, small] = parseExactJson('[9007199254740993,5]') as unknown[];
  expect([exactDigits(big), exactDigits(small)]).toEqual(['9007199254740993', undefined]);
});

test('what cannot be parsed is a SyntaxError on either way', () => {
  expect(() => parseExactJson('{"a":')).toThrow(SyntaxError);
  expect(() => parseExactJson('{"a":9007199254740993')).toThrow(SyntaxError);
});

test('any integer and any decimal keeps its value', () => {
  const digits = fc.stringMatching(/^-?[1-9]\d{0,40}$/);
  const decimal = fc.stringMatching(/^-?(0|[1-9]\d{0,20})\.\d{0,25}[1-9]$/);
  fc.assert(
    fc.property(fc.oneof(digits, decimal), fc.constantFrom('', ' ', '\n'), (number, space) => {
      const back = again(`{"a":${space}${number}}`).slice('{"a":'.length, -1);
      // A short one may be respelled, 0.0000001 as 1e-7, which loses nothing.
      const spelling = number.replace('-', '').length >= 16 ? String : Number;
      expect(spelling(back)).toBe(spelling(number));
    }),
  );
});

test('what JSON.stringify writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(again(text)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});
