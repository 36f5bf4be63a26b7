import { describe, expect, test } from 'vitest';
import { Limits } from '../jinja/limits.ts';
import { toValue } from '../jinja/values/convert.ts';
import { textOf } from '../jinja/values/text-of.ts';
import { parseDbtYaml } from './dbt-yaml.ts';

/** What PyYAML 6.0.3 (`yaml.safe_load`) makes of each plain scalar: what Python prints of it, and its type. */
const SCALARS: [written: string, printed: string, type: string][] = [
  ['yes', 'True', 'bool'],
  ['Yes', 'True', 'bool'],
  ['YES', 'True', 'bool'],
  ['yEs', 'yEs', 'str'],
  ['no', 'False', 'bool'],
  ['No', 'False', 'bool'],
  ['NO', 'False', 'bool'],
  ['on', 'True', 'bool'],
  ['On', 'True', 'bool'],
  ['ON', 'True', 'bool'],
  ['off', 'False', 'bool'],
  ['Off', 'False', 'bool'],
  ['OFF', 'False', 'bool'],
  ['true', 'True', 'bool'],
  ['True', 'True', 'bool'],
  ['TRUE', 'True', 'bool'],
  ['false', 'False', 'bool'],
  ['y', 'y', 'str'],
  ['n', 'n', 'str'],
  ['Y', 'Y', 'str'],
  ['N', 'N', 'str'],
  ['~', 'None', 'NoneType'],
  ['null', 'None', 'NoneType'],
  ['Null', 'None', 'NoneType'],
  ['NULL', 'None', 'NoneType'],
  ['nuLL', 'nuLL', 'str'],
  ['', 'None', 'NoneType'],
  ['0', '0', 'int'],
  ['-0', '0', 'int'],
  ['+1', '1', 'int'],
  ['12', '12', 'int'],
  ['1_000', '1000', 'int'],
  ['010', '8', 'int'],
  ['0o10', '0o10', 'str'],
  ['08', '08', 'str'],
  ['0x1F', '31', 'int'],
  ['0xg', '0xg', 'str'],
  ['0b101', '5', 'int'],
  ['-0b1', '-1', 'int'],
  ['1:30', '90', 'int'],
  ['190:20:30', '685230', 'int'],
  ['1:60', '1:60', 'str'],
  ['-1:30', '-90', 'int'],
  ['120210000000000123', '120210000000000123', 'int'],
  ['123456789012345678901234567890', '123456789012345678901234567890', 'int'],
  ['-120210000000000123', '-120210000000000123', 'int'],
  ['1.0', '1.0', 'float'],
  ['1.10', '1.1', 'float'],
  ['1.', '1.0', 'float'],
  ['1e3', '1e3', 'str'],
  ['1.0e3', '1.0e3', 'str'],
  ['1.0e+3', '1000.0', 'float'],
  ['1.5e-7', '1.5e-07', 'float'],
  ['.5', '0.5', 'float'],
  ['-.5', '-.5', 'str'],
  ['1_0.5', '10.5', 'float'],
  ['190:20:30.15', '685230.15', 'float'],
  ['.inf', 'inf', 'float'],
  ['-.Inf', '-inf', 'float'],
  ['.NaN', 'nan', 'float'],
  ['1.0e+16', '1e+16', 'float'],
  ['0.00001', '1e-05', 'float'],
  ['2024-01-31', '2024-01-31', 'date'],
  ['2024-1-31', '2024-1-31', 'str'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43.100000-05:00', 'datetime'],
  ['2001-12-14 21:59:43.10 -5', '2001-12-14 21:59:43.100000-05:00', 'datetime'],
  ['2001-12-15 2:59:43.10', '2001-12-15 02:59:43.100000', 'datetime'],
  ['2001-12-14T21:59:43Z', '2001-12-14 21:59:43+00:00', 'datetime'],
  ['2024-01-31 10:00:00', '2024-01-31 10:00:00', 'datetime'],
  ['1,000', '1,000', 'str'],
  ['0.1.2', '0.1.2', 'str'],
  ['1e', '1e', 'str'],
  ['+.5', '+.5', 'str'],
  ['0123456789', '0123456789', 'str'],
  ['00', '0', 'int'],
  ['0_7', '7', 'int'],
];

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'float',
  object: 'NoneType',
};

test.each(SCALARS)('%j is %j, %s', (written, printed, type) => {
  const value = toValue(Object(parseDbtYaml(`k: ${written}`, 'y.yml')).k);
  expect(textOf(value, new Limits())).toBe(printed);
  // Dates and times are the texts that Python prints of them.
  if (type !== 'date' && type !== 'datetime') expect(TYPES[typeof value] ?? 'str').toBe(type);
});

describe('merge keys', () => {
  test.each([
    ['a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}', { a: { x: 1, y: 1 }, b: { x: 1, y: 2 } }],
    ['a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}', { c: { x: 1, y: 2, z: 3 } }],
    ['a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {z: 3, <<: *b}', { c: { x: 1, y: 2, z: 3 } }],
    ['a: {"<<": 1}', { a: { '<<': 1 } }],
    ['a: "no"\nb: !!str no\nc: !!int "5"', { a: 'no', b: 'no', c: 5 }],
    ['on: 1\n5: 2\na: 1\na: 2', { on: 1, 5: 2, a: 2 }],
  ])('%s', (text, expected) => {
    expect(parseDbtYaml(text, 'y.yml')).toMatchObject(expected);
  });

  test('of what is no mapping are an error', () => {
    expect(() => parseDbtYaml('a: {<<: 5}', 'y.yml')).toThrow('y.yml: << merges a mapping');
  });
});
