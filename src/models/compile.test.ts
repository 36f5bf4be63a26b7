import { beforeAll, describe, expect, test } from 'vitest';
import { compileModel } from './compile.ts';
import type { ModelProject } from './project/project.ts';
import { projectOf, type SmallWarehouse, smallWarehouse, snowflakeNames } from './small-warehouse.fixture.ts';

let warehouse: SmallWarehouse;
beforeAll(async () => {
  warehouse = await smallWarehouse(
    'CREATE TABLE orders AS SELECT * FROM (VALUES (1, 10), (2, 20), (3, 30)) v(id, amount)',
    'CREATE TABLE "Odd Name" AS SELECT 7 AS x',
  );
});

const model = (name: string) => ({ from: 'model', name }) as const;
const run = (texts: Record<string, string>, name = 'm') => warehouse.run(model(name), projectOf(texts));
const compile = (project: ModelProject, name = 'm') => warehouse.compile(model(name), project);

describe('references', () => {
  test('a model becomes a CTE of a name that nobody writes, in front of the SQL', () => {
    const project = projectOf({
      m: "select * from {{ ref('a') }} x;",
      a: "select id from {{ ref('orders') }} -- all",
    });
    const compiled = compile(project);
    expect(compiled.sql).toBe(
      'WITH "__ref__a" AS (\nselect id from "orders" -- all\n)\nSELECT * FROM (\nselect * from "__ref__a" x\n)',
    );
    expect(compiled).toMatchObject({ name: 'm', refs: ['orders', 'a'], notes: [] });
  });

  test('dependencies come first, each once, whatever their own WITH says', async () => {
    const project = {
      m: "with a as (select * from {{ ref('b') }}) select a.id, c.n from a, {{ ref('c') }} c order by 1",
      b: "with c as (select id from {{ ref('orders') }}) select * from c where id > 1",
      c: "select count(*) as n from {{ ref('b') }}",
    };
    expect(await run(project)).toEqual([
      { id: 2, n: '2' },
      { id: 3, n: '2' },
    ]);
    expect(compile(projectOf(project)).sql.match(/"__ref__b" AS \(/g)).toHaveLength(1);
  });

  test("a CTE with a table's name does not hide the table", async () => {
    const m =
      "with orders as (select * from {{ ref('orders') }} where id = 1) select count(*) as n, (select count(*) from {{ ref('orders') }}) as total from orders";
    expect(await run({ m })).toEqual([{ n: '1', total: '3' }]);
  });

  test("columns may be qualified by the model's name", async () => {
    expect(await run({ m: "select a.id from {{ ref('a') }} where a.id = 2", a: 'select 2 as id' })).toEqual([
      { id: 2 },
    ]);
    expect(await run({ m: "select orders.id from {{ ref('orders') }} where orders.id = 2" })).toEqual([
      { id: 2 },
    ]);
  });

  test("the user's model, then the table, then a shipped model", () => {
    const shipped = { orders: 'select 1 as shipped', spare: 'select 2 as shipped' };
    const m = "select * from {{ ref('orders') }}, {{ ref('any_package', 'spare') }}";
    expect(compile(projectOf({ m }, { shipped })).refs).toEqual(['orders', 'spare']);
    expect(compile(projectOf({ m }, { shipped })).sql).toContain('from "orders", "__ref__spare"');
    const own = projectOf({ m, orders: 'select 3 as own' }, { shipped });
    expect(compile(own).sql).toContain('select 3 as own');
    expect(warehouse.compile(model('spare'), projectOf({}, { shipped })).sql).toBe('select 2 as shipped');
  });

  test("a package's model is meant beside one's own of the name", async () => {
    const shipped = { x: 'select 1 as shipped' };
    const m = "select * from {{ ref('nexus', 'x') }} a, {{ ref('x') }} b, {{ ref('shop', 'x') }} c";
    const project = projectOf({ m, x: 'select 2 as own' }, { shipped, name: 'shop' });
    expect(await warehouse.run(model('m'), project)).toEqual([{ shipped: 1, own: 2, own_1: 2 }]);
    const over = projectOf(
      { x: "select shipped + 1 as own from {{ ref('nexus', 'x') }}" },
      { shipped, name: 'shop' },
    );
    expect(await warehouse.run(model('x'), over)).toEqual([{ own: 2 }]);
    const unknown = projectOf(
      { m: "select * from {{ ref('other', 'x') }}", x: 'select 2' },
      { name: 'shop' },
    );
    expect(() => compile(unknown)).toThrow('"x" is neither a model');
  });

  test('case is folded for tables, and their true name is written', () => {
    const project = projectOf({ m: "select * from {{ ref('ODD name') }}, {{ source('raw', 'ORDERS') }}" });
    expect(compile(project).sql).toBe('select * from "Odd Name", "orders"');
    const relations = [{ name: 'ORDERS', columns: [] }];
    const context = warehouse.context(projectOf({ m: "select * from {{ ref('orders') }}" }), {
      relations,
      dialect: snowflakeNames,
    });
    expect(compileModel(model('m'), context).sql).toBe('select * from "ORDERS"');
  });

  test('a cycle is named in full', () => {
    const project = projectOf({
      m: "select * from {{ ref('a') }}",
      a: "select * from {{ ref('b') }}",
      b: "select * from {{ ref('a') }}",
      self: "select * from {{ ref('self') }}",
    });
    expect(() => compile(project)).toThrow('models/a.sql: models refer to each other in a loop: a → b → a.');
    expect(() => compile(project, 'self')).toThrow('self → self');
  });

  test('references live in SQL comments, not in Jinja comments or branches that are not taken', () => {
    const text =
      "select 1 -- {{ ref('orders') }}\n{# {{ ref('nope') }} #}{% if false %}{{ ref('nope') }}{% endif %}";
    expect(compile(projectOf({ m: text })).refs).toEqual(['orders']);
  });
});

describe('what dbt gives to templates', () => {
  test.each([
    [
      "{{ config(materialized='view', tags=['a', 'b'], meta={'k': {'n': none}},) }}select 1 as x",
      'select 1 as x',
    ],
    ["select {{ var('n') }}, '{{ var('o', 'dflt') }}'", "select 5, 'dflt'"],
    ["select {{ var('missing', {'a': 1}).a }}", 'select 1'],
    ['select {{ last_sync_time }}', 'select 0'],
    ['select 1{% if is_incremental() %} from {{ this }}{% endif %}', 'select 1'],
    ['select * from {{ this }}', 'select * from "m"'],
    ["select '{{ target.type }} {{ target.name }}'", "select 'duckdb prod'"],
    [
      "{% set cols = ['a', 'b'] %}select {% for c in cols %}1 as {{ c }}{{ ', ' if not loop.last }}{% endfor %}",
      'select 1 as a, 1 as b',
    ],
    [
      "{% set m = {'a': 1} %}{% for k, v in m.items() %}select {{ v }} as {{ k.upper() }}{% endfor %}",
      'select 1 as A',
    ],
    ["{% do config(enabled=true) %}select {% raw %}'{{ x }}'{% endraw %}", "select '{{ x }}'"],
    ["{% macro twice(c) %}{{ c }} * 2{% endmacro %}select {{ twice('id') }}", 'select id * 2'],
    ["select '<&>' as \"{{ 'a\"' }}\"", 'select \'<&>\' as "a""'],
    [
      "select {{ dbt_utils.generate_surrogate_key(['a', \"'b'\"]) }}",
      "select md5(coalesce(cast(a as varchar), '_dbt_utils_surrogate_key_null_') || '-' || coalesce(cast('b' as varchar), '_dbt_utils_surrogate_key_null_'))",
    ],
    [
      "select {{ create_nexus_id('event', ['id',]) }}",
      "select 'evt_' || md5(coalesce(cast(id as varchar), '_dbt_utils_surrogate_key_null_'))",
    ],
  ])('%j', (text, sql) => {
    expect(compile(projectOf({ m: text }, { vars: { n: 5 } })).sql).toBe(sql);
  });

  test('last_sync_time is the time of the last sync', () => {
    const context = warehouse.context(projectOf({}), { lastSyncTime: 1_700_000_000 });
    expect(compileModel({ from: 'sql', sql: 'select {{last_sync_time}}' }, context).sql).toBe(
      'select 1700000000',
    );
  });
});

describe('mistakes are named with file, line and near matches', () => {
  test.each([
    [
      "select 1\nfrom {{ ref('order') }}",
      'models/m.sql, line 2: "order" is neither a model in models nor a table or view in schema main. Did you mean "orders"?',
    ],
    ["\n\n{% set r = ref('ordrs') %}select 1", 'models/m.sql, line 3: "ordrs" is neither'],
    [
      "select * from {{ source('raw', 'order') }}",
      'line 1: There is no table or view "order" in schema main. Did you mean "orders"?',
    ],
    [
      "select {{ var('startdate') }}",
      'line 1: var "startdate" is not set and has no default. Did you mean "start_date"?',
    ],
    ['select\n{{ last_sync_tme }}', 'line 2: "last_sync_tme" is not defined. Did you mean "last_sync_time"?'],
    [
      '{{ customer_io_identfy() }}',
      'line 1: there is no macro "customer_io_identfy". Did you mean "customer_io_identify"',
    ],
    [
      '{{ nexus.create_nexus_di("x") }}',
      'there is no macro "nexus.create_nexus_di". Did you mean "nexus.create_nexus_id"',
    ],
    ['{{ nexuss.create_nexus_id("x") }}', '"nexuss" is not defined. Did you mean "nexus"?'],
    [
      "{{ customer_io_identify(filter=['x']) }}",
      'line 1: customer_io_identify has no argument "filter". Did you mean "filters"?',
    ],
    [
      "{{ customer_io_identify(filters='x') }}",
      'customer_io_identify: filters must be a list of SQL conditions',
    ],
    [
      '{{ customer_io_identify(dedupe_column=none) }}',
      'customer_io_identify: dedupe_column must be a column name.',
    ],
    ["{{ create_nexus_id('event', 'id') }}", 'create_nexus_id needs columns, a list'],
    ['{{ ref() }}', 'ref needs a model name, a text in quotes.'],
    ['select {{ dbt_utils.star(x) }}', '"dbt_utils.star" only works inside dbt'],
    ["{% set r = run_query('select 1') %}", '"run_query" only works inside dbt'],
    ['{{ adapter.get_relation() }}', '"adapter.get_relation" only works inside dbt'],
    ['{% set l = [] %}{% do l.apend(1) %}', 'there is no macro "l.apend". Did you mean "l.append"?'],
    ['select 1\n{% if %}', 'models/m.sql, line 2: a value is missing at the end of the tag.'],
    [
      'select 1\n{% if true %}\n{% for x in [] %}{% endfor %}',
      'line 2: {% if %} is not closed: {% endif %} is missing.',
    ],
    [
      '{% if true %}\n{% for x in [] %}{% endif %}',
      'line 2: {% for %} is not closed: {% endfor %} is missing before {% endif %}',
    ],
    ['\n{% endfor %}', 'line 2: {% endfor %} closes nothing'],
    ['{{ [1, 2 | lengt }}', '] is missing before the end of the tag.'],
    ['{{ [1] | lengt }}', 'there is no filter "lengt". Did you mean "length"?'],
    ["{% set m = {'limit': 1} %}\n{{ m.limt }}", 'line 2: "m.limt" is not defined. Did you mean "m.limit"?'],
    [
      '{% if is_incrmental() %}{% endif %}',
      'there is no macro "is_incrmental". Did you mean "is_incremental"?',
    ],
    ['{% if last_sync_tim %}{% endif %}', '"last_sync_tim" is not defined. Did you mean "last_sync_time"?'],
    ['{# nothing #}', 'models/m.sql renders to nothing'],
  ])('%j', (text, message) => {
    expect(() => compile(projectOf({ m: text }, { vars: { start_date: 1 } }))).toThrow(message);
  });

  test('other models still work after one has failed', () => {
    const project = projectOf({ bad: '{{ adapter.x() }}', m: 'select 1' });
    expect(() => compile(project, 'bad')).toThrow(/only works inside dbt/);
    expect(compile(project).sql).toBe('select 1');
  });

  test('an unknown model, and one that is only a table', () => {
    const project = projectOf({ customer_io_persons: 'select 1' });
    expect(() => compile(project, 'persons')).toThrow(
      'There is no model "persons" in models. Did you mean "customer_io_persons"?',
    );
    expect(() => compile(project, 'orders')).toThrow('to read it, write from: relation');
  });
});

describe('definitions', () => {
  test('a relation, in any case', async () => {
    expect(await warehouse.run({ from: 'relation', name: 'odd name' })).toEqual([{ x: 7 }]);
    expect(() => warehouse.compile({ from: 'relation', name: 'order' })).toThrow('Did you mean "orders"?');
  });

  test('pasted SQL is a model like any other', async () => {
    const sql = "select * from {{ ref('a') }} where id > {{ last_sync_time }}; -- end";
    const project = projectOf({ a: "select id from {{ ref('orders') }} where id < 2" });
    expect(await warehouse.run({ from: 'sql', sql }, project)).toEqual([{ id: 1 }]);
    expect(() => warehouse.compile({ from: 'sql', sql: "\n{{ ref('x') }}" })).toThrow(
      'the SQL of the configuration, line 2',
    );
  });

  test('a comment at the end is closed', () => {
    expect(warehouse.compile({ from: 'sql', sql: 'select 1 -- end' }).sql).toBe('select 1 -- end\n');
  });
});

test('each line of the SQL is known by the file and the line that wrote it', () => {
  const project = projectOf({
    m: "{# a\ncomment #}\n{% set x = 1 %}\nwith orders as (select 1 as here_m4)\n{%- if x %}\nselect here_m6,\n\n  {{ x }} as here_m8 {% endif %}\nfrom {{ ref('a') }}, {{ ref('b') }}, {{ ref('orders') }} -- here_m9\n",
    a: "{% for c in ['u', 'v'] %}\nselect '{{ c }}' as here_a2\n{{ 'union all' if not loop.last }}\n{% endfor %}\n-- here_a5",
    b: "\n\nselect *\nfrom {{ ref('a') }} as here_b4;",
  });
  const { sql, placeOf } = compile(project);
  const places = sql.split('\n').flatMap((line, index) => {
    const [, file, at] = /here_([a-z])(\d)/.exec(line) ?? [];
    return file === undefined ? [] : [[placeOf(index + 1), `models/${file}.sql, line ${at}`]];
  });
  expect(places).toHaveLength(8);
  for (const [place, expected] of places) expect(place).toBe(expected);
  expect(placeOf(1)).toBeUndefined();
  expect(placeOf(1000)).toBeUndefined();
});

test('the fingerprint is of the texts and the vars that are used', () => {
  const print = (texts: Record<string, string>, vars: Record<string, unknown> = {}) =>
    compile(projectOf(texts, { vars })).fingerprint;
  const base = { m: "select {{ var('v', 1) }} from {{ ref('a') }}", a: 'select 1' };
  expect(print(base)).toMatch(/^[0-9a-f]{64}$/);
  expect(print({ ...base, unused: 'select 1' }, { other: 2 })).toBe(print(base));
  expect(print(base, { v: 2 })).not.toBe(print(base));
  expect(print({ ...base, a: 'select 2' })).not.toBe(print(base));
});

test('of 400 models each is rendered once for one context', () => {
  const texts = Object.fromEntries(
    Array.from({ length: 400 }, (_, n) => [
      `m${n}`,
      n === 0 ? 'select 1 as x' : `select {{ var('v') }} from {{ ref('m${n - 1}') }}`,
    ]),
  );
  let renders = 0;
  const vars = {
    get v() {
      renders += 1;
      return 1;
    },
  };
  const context = warehouse.context(projectOf(texts, { vars }));
  for (const name of Object.keys(texts)) compileModel(model(name), context);
  expect(renders).toBe(399);
});
