import { expect, it } from 'vitest';
import { duckdbDialect } from '../../warehouse/duckdb/dialect.ts';
import { tablesRead } from './tables-read.ts';

it.each([
  ['select a, people from t', ['t']],
  ['select * from people p', ['people']],
  ['select * from "People"', ['People']],
  ['select * from main.people', ['main.people']],
  ['select * from "w"."main" . "people" where x in (select y from z)', ['w.main.people', 'z']],
  ['select * from a, people, c where d, e', ['a', 'people', 'c']],
  ['select * from (select 1) x, people', ['people']],
  ['select f(a, b), c from a join people using (id), x', ['a', 'people']],
  ['with p as (select * from people) select * from p', ['people', 'p']],
  ['select * from (people)', ['people']],
  ['from people select x', ['people']],
  ["select 'from people' -- from people\nfrom /* from people */ t", ['t']],
  ['select * from t, lateral (select 1 from people) u', ['t', 'lateral', 'people']],
  ['select (select max(x) from people), b from t', ['people', 't']],
])('%s reads %j', (sql, names) => {
  expect(tablesRead(sql, duckdbDialect).map((parts) => parts.join('.'))).toEqual(names);
});
