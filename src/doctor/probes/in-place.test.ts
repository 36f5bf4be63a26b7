import { expect, test } from 'vitest';
import { duckdbDialect } from '../../warehouse/duckdb/dialect.ts';
import { inPlace } from './in-place.ts';

const part = 'SELECT * FROM t AS t';
const ask = (sql: string) => inPlace(sql, part, 'Q', duckdbDialect)?.replace(/\s+/g, ' ');

test.each([
  ['alone', part, 'Q'],
  ['as the last SELECT', `WITH a AS (SELECT 1) ${part}`, 'WITH a AS (SELECT 1) Q'],
  ['in a CTE', `WITH a AS (\n${part}\n) SELECT x FROM a`, 'WITH a AS ( Q ) SELECT * FROM a'],
  [
    'in a quoted CTE',
    `WITH "a b" AS (${part}), c AS (SELECT 1) SELECT 1`,
    'WITH "a b" AS (Q ) SELECT * FROM "a b"',
  ],
  [
    'in a materialised CTE',
    `WITH a AS NOT MATERIALIZED (${part}) SELECT 1`,
    'WITH a AS NOT MATERIALIZED (Q ) SELECT * FROM a',
  ],
  [
    'in a CTE of a CTE',
    `WITH r AS (WITH a AS (SELECT 1), b AS (${part}) SELECT * FROM b) SELECT * FROM (SELECT * FROM r)`,
    'WITH r AS (WITH a AS (SELECT 1), b AS (Q ) SELECT * FROM b ) SELECT * FROM r',
  ],
  ['in a FROM', `SELECT x FROM (${part}) p`, 'SELECT * FROM (Q )'],
  [
    'in a JOIN',
    `WITH a AS (SELECT 1) SELECT x FROM a JOIN (${part}) p`,
    'WITH a AS (SELECT 1) SELECT * FROM (Q )',
  ],
  ['in a condition', `SELECT max(x) FROM a WHERE x IN (${part})`, 'SELECT * FROM (Q )'],
  [
    'in a CTE of a FROM',
    `SELECT * FROM (WITH a AS (${part}) SELECT * FROM a)`,
    'SELECT * FROM (WITH a AS (Q ) SELECT * FROM a )',
  ],
  ['behind a bracket in a text', `WITH a AS (SELECT '(' -- (\n) ${part}`, `WITH a AS (SELECT '(' -- ( ) Q`],
])('%s', (_, sql, expected) => {
  expect(ask(sql)).toBe(expected);
});

test.each([
  ['it is not there', 'SELECT 1'],
  ['it is an argument', `SELECT coalesce((${part}), 0)`],
  ['the CTE names its columns', `WITH a (x) AS (${part}) SELECT * FROM a`],
])('there is no such place where %s', (_, sql) => {
  expect(ask(sql)).toBeUndefined();
});
