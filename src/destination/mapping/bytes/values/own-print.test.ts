import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOwnPrint, isOwnPrintOfMembers } from './own-print.ts';

const isOwn = (json: string): boolean => {
  const bytes = Buffer.from(`${json}\n`);
  return isOwnPrint(bytes, 0, bytes.length - 1);
};

const areOwn = (members: string): boolean => {
  const bytes = Buffer.from(`${members}\n`);
  return isOwnPrintOfMembers(bytes, 0, bytes.length - 1);
};

it.each([
  '"a"',
  '"a \\"b\\" \\\\ \\n\\t"',
  '"é 🚀"',
  '0',
  '-1',
  '1.5',
  '-0.25',
  '0.000012',
  '999999999999999',
  'true',
])('knows %s', (json) => {
  expect(isOwn(json)).toBe(true);
  expect(JSON.stringify(JSON.parse(json))).toBe(json);
});

it.each(['[1,"a",null,false]', '[]', '[[1],[]]'])('knows the list %s', (json) =>
  expect(isOwn(json)).toBe(true),
);

it.each([
  '"\\u0061"',
  '"a\\/b"',
  '-0',
  '1.50',
  '1.0',
  '1e3',
  '0.0000001',
  '1234567890123456',
  '0.12345678901234567',
  '[1, 2]',
  '{"a":1}',
])('leaves %s', (json) => expect(isOwn(json)).toBe(false));

it.each([
  ['', true],
  ['"a":1,"b":"x"', true],
  ['"a":1, "b":2', false],
  ['"a" :1', false],
  ['"1":1', false],
  ['"a":{}', false],
])('members %s: %s', (members, isKnown) => expect(areOwn(members)).toBe(isKnown));

it('says yes only to what is printed as it stands', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,18})?([eE][+-]?\d{1,2})?$/);
  const text = fc
    .array(fc.constantFrom('a', 'é', '🚀', '\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\u0007', '\\b', ' '))
    .map((parts) => `"${parts.join('')}"`);
  const scalar = fc.oneof(digits, text, fc.constantFrom('true', 'false', 'null', '{}'));
  const value = fc.oneof(
    scalar,
    fc.array(scalar).map((all) => `[${all.join()}]`),
  );
  fc.assert(
    fc.property(value, (json) => {
      if (isOwn(json)) expect(JSON.stringify(JSON.parse(json))).toBe(json);
    }),
    { numRuns: 3000 },
  );
});
