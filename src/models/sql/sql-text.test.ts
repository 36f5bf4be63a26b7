import { expect, test } from 'vitest';
import { duckdbDialect } from '../../warehouse/duckdb/dialect.ts';
import { snowflakeNames } from '../small-warehouse.fixture.ts';
import { aliasReferences, mayDefineCte, oneStatement } from './sql-text.ts';
import { tokensOf } from './sql-tokens.ts';

test.each([
  [`select 'a;b' -- c;\n`, `select 'a;b' -- c;`],
  ['select 1;', 'select 1'],
  ['select 1 ; ; -- done\n/* ; */', 'select 1'],
  ['select ";" from t', 'select ";" from t'],
  ['select $$a;b$$', 'select $$a;b$$'],
])('%j is the statement %j', (text, statement) => {
  expect(oneStatement(text, 'm.sql', duckdbDialect)).toBe(statement);
});

test('a second statement and an empty model are refused by name', () => {
  expect(() => oneStatement('select 1; select 2', 'm.sql', duckdbDialect)).toThrow(
    /m\.sql contains more than one/,
  );
  expect(() => oneStatement('-- nothing\n', 'm.sql', duckdbDialect)).toThrow(/m\.sql renders to nothing/);
});

test('a backslash escapes in Snowflake only', () => {
  expect(tokensOf(String.raw`'a\'b'`, snowflakeNames)).toEqual([String.raw`'a\'b'`]);
  expect(tokensOf(String.raw`'a\'`, duckdbDialect)).toEqual([String.raw`'a\'`]);
});

test('joined tokens are the text again', () => {
  const text = `select "a""b", 'é' /* x */ from t -- end`;
  expect(tokensOf(text, duckdbDialect).join('')).toBe(text);
});

test.each([
  ['with orders as (select 1)', true],
  ['with a as (select 1), "orders" (x, y) AS MATERIALIZED (select 1)', true],
  ['with orders -- mine\n as (select 1)', true],
  ['with my_orders as (select 1)', false],
  ['select 1 as orders from orders', false],
])('%j defines a CTE orders: %s', (sql, expected) => {
  expect(mayDefineCte(sql, 'orders', duckdbDialect)).toBe(expected);
});

const aliases = new Map([['"__ref__a"', '"a"']]);
test.each([
  ['select a.id from "__ref__a" where a.id', 'select a.id from "__ref__a" AS "a" where a.id'],
  ['from "__ref__a" x', 'from "__ref__a" x'],
  ['from "__ref__a" as x', 'from "__ref__a" as x'],
  ['from "__ref__a" -- c\nleft join "__ref__a" b', 'from "__ref__a" AS "a" -- c\nleft join "__ref__a" b'],
  ['(select * from "__ref__a")', '(select * from "__ref__a" AS "a")'],
  [`select '"__ref__a"' -- from "__ref__a"`, `select '"__ref__a"' -- from "__ref__a"`],
  ['select "__ref__a".id', 'select "__ref__a".id'],
])('%j gets its alias', (sql, expected) => {
  expect(aliasReferences(sql, aliases, duckdbDialect)).toBe(expected);
});
