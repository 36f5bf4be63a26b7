import { beforeAll, describe, expect, test } from 'vitest';
import type { ModelDefinition } from './definition.ts';
import { projectOf, type SmallWarehouse, smallWarehouse } from './small-warehouse.fixture.ts';

let warehouse: SmallWarehouse;
beforeAll(async () => {
  warehouse = await smallWarehouse('CREATE TABLE orders AS SELECT 1 AS id');
});

const base = "select id, 'a  -- b' as x\nfrom {{ ref('orders') }}\nwhere id > {{ var('n', 1) }}\n";

const print = (m: string, vars: Record<string, unknown> = {}) =>
  warehouse.compile({ from: 'model', name: 'm' }, projectOf({ m }, { vars })).fingerprint;

const compiled = (definition: ModelDefinition) => warehouse.compile(definition).fingerprint;

describe('a model is the same', () => {
  test.each([
    ['CRLF', base.replaceAll('\n', '\r\n')],
    ['a semicolon at its end', `${base};\n`],
    ['spaces', base.replace('id,', ' id  ,\t').replace('id > ', 'id>')],
    ['indentation', base.replaceAll('\n', '\n    ')],
    ['one line', base.replaceAll('\n', ' ')],
    ['a comment of a line', base.replace('\n', " -- it's; new\n")],
    ['a comment of a line at the end', `${base}-- the end`],
    ['a comment of a block', base.replace('id,', 'id /* "the key" */ ,')],
    ['a comment in a comment', base.replace('id,', 'id /* a /* b */ c */ ,')],
    ["a comment of Jinja's", base.replace('from', "{# don't, {{ x }} #}from")],
    ["spaces in Jinja's tags", base.replace("{{ ref('orders') }}", '{{ref ( "orders" )}}')],
    ['a comment instead of a space', base.replace('select id', 'select/* x */id')],
  ])('after %s', (_what, text) => {
    expect(print(text)).toBe(print(base));
  });

  test('with its own former fingerprint', () => {
    const former = (m: string) =>
      warehouse.compile({ from: 'model', name: 'm' }, projectOf({ m })).formerFingerprints.join();
    expect(former(base)).not.toBe(former(`${base} `));
    expect(former(base)).not.toBe(print(base));
  });

  test('pasted in the configuration, and as conditions of identify', () => {
    const sql = (text: string) => compiled({ from: 'sql', sql: text });
    expect(sql('select 1 ;')).toBe(sql('select  1 -- one'));
    expect(sql('select 1')).not.toBe(sql('select 2'));
  });
});

describe('a model is another', () => {
  test.each([
    ['a string', base.replace('a  -- b', 'a -- b')],
    ['the case of a string', base.replace("'a ", "'A ")],
    ['a line end in a string', base.replace('a  --', 'a \n --')],
    ['a quoted name', base.replace('as x', 'as "x y"')],
    ['a column', base.replace('id,', 'id + 1,')],
    ['a word that is cut in two', base.replace('where', 'w here')],
    ['two words that are one', base.replace('select id', 'selectid')],
    ['a comment that ends elsewhere', base.replace('where', '-- where')],
    ["a text in Jinja's tags", base.replace("'orders'", "'ORDERS'")],
    ['what a comment runs', `${base}-- {{ var('n', 2) }}`],
  ])('after a change of %s', (_what, text) => {
    expect(print(text)).not.toBe(print(base));
  });

  test('with another variable, to the last digit', () => {
    const big = (digits: string) => print(base, { n: JSON.rawJSON(digits) });
    expect(big('120210000000000123')).not.toBe(big('120210000000000124'));
    expect(print(base, { n: 2 })).not.toBe(print(base));
  });
});

test('a name of Snowflake’s comments is an operator of DuckDB’s', () => {
  expect(print("select 7 // 2 as x, id from {{ ref('orders') }}")).not.toBe(
    print("select 7 // 3 as x, id from {{ ref('orders') }}"),
  );
});
