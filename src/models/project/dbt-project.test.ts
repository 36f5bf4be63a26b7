import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SmallWarehouse, smallWarehouse } from '../small-warehouse.fixture.ts';
import { loadProject, type ProjectOptions } from './project.ts';

let root: string;
let warehouse: SmallWarehouse;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dbt-'));
  warehouse = await smallWarehouse(
    'CREATE TABLE orders AS SELECT * FROM (VALUES (1, 1050), (2, 20)) v(id, cents)',
    'CREATE SCHEMA crm',
    "CREATE TABLE crm.contacts_v2 AS SELECT 'ann' AS name",
    "CREATE TABLE raw_entities AS SELECT 'e1' AS entity_id, 'person' AS entity_type, 'u1' AS user_id, 'a@x.io' AS email, TIMESTAMP '2025-01-01' AS _updated_at",
  );
});
afterAll(() => rm(root, { recursive: true }));

let projects = 0;

/** Writes a project's files and loads it. */
async function projectWith(files: Record<string, string>, options: Partial<ProjectOptions> = {}) {
  projects += 1;
  const folder = join(root, `p${projects}`);
  const all = { 'shipped/none.txt': '', ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return loadProject({
    target: { type: 'duckdb' },
    projectDir: folder,
    shipped: join(folder, 'shipped'),
    ...options,
  });
}

const yml = (rest = '') => `name: shop\nversion: '1.0'\nprofile: shop\n${rest}`;
const model = (name: string) => ({ from: 'model', name }) as const;

async function sqlOf(files: Record<string, string>, options: Partial<ProjectOptions> = {}, name = 'm') {
  const project = await projectWith({ 'dbt_project.yml': yml(), ...files }, options);
  return warehouse.compile(model(name), project).sql;
}

async function rowsOf(files: Record<string, string>, name = 'm') {
  return warehouse.run(model(name), await projectWith({ 'dbt_project.yml': yml(), ...files }));
}

describe('vars', () => {
  const vars =
    'vars:\n  a: all\n  b: all\n  shop: {b: shop}\n  nexus: {sources: {lobbie: {enabled: true}}}\n';
  const m = "select '{{ var('a') }} {{ var('b') }} {{ var('c', 'none') }}'";

  test("the project's own come before those of all packages, the config's before both", async () => {
    const files = { 'dbt_project.yml': yml(vars), 'models/m.sql': m };
    expect(await sqlOf(files)).toBe("select 'all shop none'");
    expect(await sqlOf(files, { vars: { b: 'config', c: 'given' } })).toBe("select 'all config given'");
  });

  test("another package's are kept under its name", async () => {
    const project = await projectWith({ 'dbt_project.yml': yml(vars), 'models/m.sql': m });
    expect(project.vars.nexus).toEqual({ sources: { lobbie: { enabled: true } } });
  });

  test('env_var gives what the environment has, and never a secret', async () => {
    expect(await sqlOf({ 'models/m.sql': "select '{{ env_var('NEXUS_NOT_SET', 'd') }}'" })).toBe(
      "select 'd'",
    );
    await expect(sqlOf({ 'models/m.sql': "\n{{ env_var('NEXUS_NOT_SET') }}" })).rejects.toThrow(
      /m\.sql, line 2: env_var: the environment has no NEXUS_NOT_SET/,
    );
    await expect(sqlOf({ 'models/m.sql': "{{ env_var('DBT_ENV_SECRET_X', '') }}" })).rejects.toThrow(
      'looks like a secret by its name',
    );
  });
});

describe('macros', () => {
  const macros = `{# {% macro dollars(x) %}wrong{% endmacro %} #}
{% macro cents(column, digits=2) -%}
  round({{ column }} / {{ hundred() }}, {{ digits }})
{%- endmacro %}
{%- macro hundred() %}100{% endmacro -%}
{% materialization odd, default %}{{ nonsense( }}{% endmaterialization %}
`;

  test('of the project are called by their name, or with the project’s; they call each other', async () => {
    const m =
      "select id, {{ cents('cents') }} as d, {{ shop.cents(column='cents', digits=0) }} as r from {{ ref('orders') }}";
    expect(await rowsOf({ 'macros/deep/money.sql': macros, 'models/m.sql': m })).toEqual([
      { id: 1, d: 10.5, r: 11 },
      { id: 2, d: 0.2, r: 0 },
    ]);
  });

  test('see vars and refs, and lie beside a models folder that comes without its project', async () => {
    const files = {
      'proj/macros/t.sql': "{% macro t() %}{{ ref('orders') }} where id = {{ var('n') }}{% endmacro %}",
      'proj/models/m.sql': 'select * from {{ t() }}',
    };
    const project = await projectWith(files, { projectDir: undefined, folder: join(root, 'none') }).catch(
      () => undefined,
    );
    expect(project).toBeUndefined();
    const folder = join(root, `p${projects}`, 'proj/models');
    const loaded = await loadProject({
      target: { type: 'duckdb' },
      folder,
      shipped: join(folder, '../../shipped'),
      vars: { n: 2 },
    });
    expect(await warehouse.run(model('m'), loaded)).toEqual([{ id: 2, cents: 20 }]);
  });

  test('one that cannot be parsed fails those that call it, with its own file and line', async () => {
    const files = {
      'macros/bad.sql': '\n{% macro bad() %}\n{{ 1 + }}\n{% endmacro %}',
      'macros/ask.sql': "{% macro ask() %}\n\n{{ run_query('x') }}{% endmacro %}",
      'models/m.sql': '\nselect {{ bad() }}',
      'models/asks.sql': 'select {{ ask() }}',
      'models/good.sql': "select bad(1) -- {{ 'no call' }}",
    };
    await expect(sqlOf(files)).rejects.toThrow(/macros\/bad\.sql, line 3 \(called by .*models\/m\.sql\)/);
    await expect(sqlOf(files, {}, 'asks')).rejects.toThrow(
      /macros\/ask\.sql, line 3 \(called by .*asks\.sql\): "run_query" only works inside dbt/,
    );
    expect(await sqlOf(files, {}, 'good')).toContain('select bad(1)');
  });

  const idioms = `
{% macro columns_of(prefix='') %}
  {%- set names = [] -%}
  {%- for name, kind in var('columns', {}).items() if kind != 'hidden' -%}
    {%- do names.append(prefix ~ name) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}
{% macro cents(column) %}{{ return(adapter.dispatch('cents', 'shop')(column, **kwargs)) }}{% endmacro %}
{% macro default__cents(column, scale=2) %}round({{ column }} / 1.0, {{ scale }}){% endmacro %}
{% macro duckdb__cents(column, scale=2) %}({{ column }} / {{ 10 ** scale }}){% endmacro %}
{% macro tree(items) %}{% for i in items recursive %}{{ i.n }}{{ '(' ~ loop(i.of) ~ ')' if i.get('of') }}{% endfor %}{% endmacro %}
`;

  test.each([
    ["select {{ columns_of('c.') | join(', ') }}", 'select c.id, c.cents'],
    ['select {{ columns_of() | length }}{% if not columns_of() %} none{% endif %}', 'select 2'],
    ["select {{ cents('x') }}, {{ shop.cents('x', scale=3) }}", 'select (x / 100), (x / 1000)'],
    ["select {{ tree([{'n': 1, 'of': [{'n': 2}]}]) }}", 'select 1(2)'],
    ["select {{ var('columns').get('nope', 'd') }} {{ var('columns').get('id') }}", 'select d key'],
    ["{% set q %}select 1{% endset %}{{ q if execute else '' }}", 'select 1'],
    [
      "select '{{ ref('orders').identifier }} {{ source('raw', 'orders').schema }} {{ this.name }}'",
      "select 'orders main m'",
    ],
    [
      '{%- set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}select {{ ns.n }}',
      'select 3',
    ],
    ['select {{ fromjson(\'{"a": [1.0, 120210000000000123]}\').a }}', 'select [1.0, 120210000000000123]'],
    ["select '{{ tojson({'b': 1, 'a': [none, true]}) }}'", `select '{"b": 1, "a": [null, true]}'`],
    ["{% if var('columns').nope %}x{% else %}select 1{% endif %}", 'select 1'],
    [
      "select {{ adapter.quote('a b') }}, '{{ '%05d' % 7 }}', '{{ '{0:>3}'.format(1) }}'",
      `select "a b", '00007', '  1'`,
    ],
  ])('as projects use them: %s', async (m, sql) => {
    const vars = 'vars: {columns: {id: key, cents: whole, secret: hidden}}\n';
    const files = { 'dbt_project.yml': yml(vars), 'macros/idioms.sql': idioms, 'models/m.sql': m };
    expect(await sqlOf(files)).toBe(sql);
  });

  test('two of one name are refused', async () => {
    const one = '{% macro x() %}{% endmacro %}';
    await expect(sqlOf({ 'macros/a.sql': one, 'macros/b.sql': `\n${one}` })).rejects.toThrow(
      /Two macros are named "x": .*a\.sql, line 1, and .*b\.sql, line 2/,
    );
  });

  test('are a part of what a model is', async () => {
    const print = async (body: string) => {
      const files = {
        'macros/a.sql': `{% macro x() %}${body}{% endmacro %}`,
        'models/m.sql': 'select {{ x() }}',
      };
      const project = await projectWith({ 'dbt_project.yml': yml(), ...files });
      return warehouse.compile(model('m'), project).fingerprint;
    };
    expect(await print('1')).toBe(await print('1'));
    expect(await print('1')).not.toBe(await print('2'));
  });
});

describe('config', () => {
  test('a model that is switched off is no part of the project', async () => {
    const files = {
      'dbt_project.yml': yml('models:\n  shop:\n    old:\n      +enabled: "{{ var(\'old\', false) }}"\n'),
      'models/m.sql': "select * from {{ ref('a') }}",
      'models/old/a.sql': 'select 1 as old',
      'models/a.sql': "{{ config(enabled=var('new', true), meta={'k': {'n': 1}}) }}select 1 as new",
      'models/b.sql': '{% set on = false %}{{ config(enabled=on) }}select {{ nonsense( }}',
      'models/c.sql': "select * from {{ ref('b') }}",
      'models/d.sql': 'select 1',
      'models/schema.yml': 'version: 2\nmodels:\n  - name: d\n    config: {enabled: false}\n',
    };
    expect(await sqlOf(files)).toContain('select 1 as new');
    expect(await sqlOf(files, { vars: { old: true, new: false } })).toContain('select 1 as old');
    await expect(sqlOf(files, {}, 'c')).rejects.toThrow(
      /line 1: The model "b" is switched off \(enabled=false/,
    );
    await expect(sqlOf(files, {}, 'd')).rejects.toThrow('The model "d" is switched off');
  });

  test('an alias is the name that columns are qualified by, and what this is', async () => {
    const files = {
      'models/m.sql': "select persons.x from {{ ref('m_v2') }} where persons.x = 1",
      'models/m_v2.sql': "{{ config(alias='persons') }}select 1 as x, '{{ this }} {{ this.name }}' as t",
    };
    expect(await rowsOf(files)).toEqual([{ x: 1 }]);
    expect(await sqlOf(files, {}, 'm_v2')).toBe(`select 1 as x, '"persons" persons' as t`);
  });

  test('get and require give what was set, here or for the folder', async () => {
    const files = {
      'dbt_project.yml': yml('models:\n  +materialized: table\n  shop: {+tags: [a], sub: {+tags: b}}\n'),
      'models/sub/m.sql':
        "{{ config(tags=['c'], x=1) }}select '{{ config.get('materialized') }} {{ config.get('tags') | join('') }} {{ config.get('y', default=2) }} {{ config.require('x') }}'",
      'models/n.sql': "\nselect {{ config.require('z') }}",
    };
    expect(await sqlOf(files)).toBe("select 'table abc 2 1'");
    await expect(sqlOf(files, {}, 'n')).rejects.toThrow(
      /n\.sql, line 2: config\.require: config\(\) sets no "z"/,
    );
  });
});

describe('sources', () => {
  const sources = `version: 2
sources:
  - name: crm
    tables:
      - {name: contacts, identifier: contacts_v2}
  - name: shop
    schema: main
    tables: [{name: orders}]
`;

  test('lie where a properties file says', async () => {
    const files = {
      'models/sources.yml': sources,
      'models/m.sql':
        "select c.name, o.id from {{ source('crm', 'contacts') }} c, {{ source('shop', 'orders') }} o order by 2",
    };
    expect(await rowsOf(files)).toEqual([
      { name: 'ann', id: 1 },
      { name: 'ann', id: 2 },
    ]);
    expect(await sqlOf(files)).toContain('"crm"."contacts_v2" c, "orders" o');
  });

  test('without one, in the schema that is read', async () => {
    const m = "select count(*) as n from {{ source('anything', 'orders') }}";
    expect(await rowsOf({ 'models/m.sql': m })).toEqual([{ n: '2' }]);
  });
});

describe('identify on a model of the user’s own', () => {
  const files = {
    'models/nexus_entities.sql':
      "select *, 'gold' as tier, timestamp '2024-01-01' as since from {{ ref('raw_entities') }}",
    'models/m.sql': '{{ nexus.customer_io_identify() }}',
  };

  test('reads the model’s columns, which the warehouse has described', async () => {
    const project = await projectWith({ 'dbt_project.yml': yml(), ...files });
    const entityColumns = ['entity_id', 'entity_type', 'user_id', 'email', 'tier']
      .map((name) => ({ name, type: 'VARCHAR' }))
      .concat(['_updated_at', 'since'].map((name) => ({ name, type: 'TIMESTAMP' })));
    const context = warehouse.context(project, { entityColumns });
    for (const definition of [model('m'), { from: 'identify' } as const]) {
      const { compileModel } = await import('../compile.ts');
      const { sql, refs } = compileModel(definition, context);
      expect(refs).toContain('nexus_entities');
      expect(await warehouse.rows(`select "userId", tier, since from (${sql}\n)`)).toEqual([
        { userId: 'u1', tier: 'gold', since: '2024-01-01 00:00:00' },
      ]);
    }
  });
});

test.each([
  ['name: 5', 'dbt_project.yml, name: it must be a text'],
  ['', 'dbt_project.yml: it must be an object, but is empty'],
  ['name: [', 'is not YAML'],
  ['name: shop\nvars: 5', 'dbt_project.yml, vars: it must be an object'],
])('a dbt_project.yml that is none: %j', async (text, message) => {
  await expect(projectWith({ 'dbt_project.yml': text })).rejects.toThrow(message);
});

test('a folder without dbt_project.yml', async () => {
  await expect(projectWith({})).rejects.toThrow(/has no dbt_project\.yml that can be read/);
});
