import { describe, expect, test } from 'vitest';
import { duckdbDialect } from '../warehouse/duckdb/dialect.ts';
import { renderTemplate } from './jinja/jinja.ts';
import { macrosOf } from './jinja/macros.ts';
import { parseDbtYaml } from './project/dbt-yaml.ts';
import { earlyConfig } from './project/model-config.ts';
import { snowflakeNames } from './small-warehouse.fixture.ts';
import { normalisedSql } from './sql/normalised-sql.ts';
import { aliasReferences, mayDefineCte, oneStatement } from './sql/sql-text.ts';

/** What a text of a person's may cost is bounded, whatever stands in it. A test that hangs fails by its time. */

const render = (text: string) => renderTemplate({ path: 'models/m.sql', text }, {});

const doubled =
  '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}';

describe('a template that never ends, or makes too much, is an error', () => {
  test.each([
    ['{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}', 'too many steps'],
    ["{{ 'x' * 10**9 }}", 'too long'],
    ['{{ [0] * 10**9 }}', 'too long'],
    ['{{ range(10**12) | list }}', 'too long'],
    ['{{ 7 ** 99999999 }}', 'too long'],
    ["{{ ('1' * 4300) | int * ('1' * 4300) | int }}", 'too long'],
    ["{{ 'x'.center(10**9) }}{{ 'x' | indent(10**9) }}", 'too long'],
    ["{{ '%999999999d' % 1 }}", 'too wide'],
    ["{{ '{:999999999}'.format(1) }}", 'too wide'],
    ["{% set t = 'ab' * 4000000 %}{{ t.replace('a', t) }}", 'too long'],
    [
      "{% set ns = namespace(x='x') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
      'too long',
    ],
    ['{% macro a() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}', '100 levels deep'],
    ['{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}', '100 levels deep'],
    ['{% set l = [] %}{% do l.append(l) %}{{ l }}', 'holds itself'],
    ['{% set l = [] %}{% do l.append(l) %}{{ l | tojson }}', 'holds itself'],
    ['{% set l = [0] %}{% for i in range(99) %}{% do l.extend(l) %}{% endfor %}', 'too long'],
    [`${doubled}{{ ns.l }}`, 'too many steps'],
    [`${doubled}{{ ns.l | tojson }}`, 'too many steps'],
    [`${doubled}{{ ns.l == ns.l }}`, 'too many steps'],
    [`{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`, 'nested deeper'],
    [`{{ ${'not '.repeat(20_000)}1 }}`, 'nested deeper'],
    [`{{ 1${' ~ 1'.repeat(40_000)} }}`, 'nested too deeply'],
    ['{% if 1 %}'.repeat(20_000), 'nested deeper'],
  ])('%s', (text, message) => {
    expect(() => render(text)).toThrow(`models/m.sql, line 1: `);
    expect(() => render(text)).toThrow(message);
  });

  test('what people write fits', () => {
    const text = "{% for i in range(3000) %}{{ 'a' ~ i }}{{ ', ' if not loop.last }}{% endfor %}";
    expect(render(text)).toMatch(/^a0, .*, a2999$/);
  });
});

const repeated = [
  '/*',
  '*/',
  '--',
  '$$',
  '$a$',
  "'",
  '"',
  '\\',
  '(',
  ' ',
  '\n',
  ';',
  '/* */ ',
  '-- x\n',
  'orders ',
  'orders (',
  'orders (a) ',
  'as ',
  'not materialized ',
  ', ',
  '{{',
  '{%',
  '{#',
  '{{ config(',
  '{{ config(enabled=',
  '{% raw %}',
  '{% macro a() %}',
  '{% if x %}',
  '{% set a %}',
  "E'",
  '%(',
  '{:',
  '1_',
  '- ',
  '? ',
  '&a ',
  '[',
  '{',
  'a: ',
  '&a [*a, *a], ',
];

describe.each(repeated)('100 kB of %j', (part) => {
  const text = part.repeat(100_000 / part.length);
  const ending = /^(?:ConnectorError|none)$/;
  const end = (run: () => unknown) => {
    try {
      run();
      return 'none';
    } catch (error) {
      return error instanceof Error ? error.name : 'thrown';
    }
  };

  test.each([duckdbDialect, snowflakeNames])('are SQL that is read at once: $name', (dialect) => {
    for (const before of ['', 'orders', 'with orders ', "select '"]) {
      const sql = before + text;
      mayDefineCte(sql, 'orders', dialect);
      aliasReferences(sql, new Map([['"a"', '"b"']]), dialect);
      normalisedSql(sql, dialect);
      expect(end(() => oneStatement(sql, 'm', dialect))).toMatch(ending);
    }
  });

  test('are a template, a macro, a setting and a file of YAML that are read at once', () => {
    for (const before of ['', '{{ ', '{% ', '{{ config(enabled=true) }}', 'a: ']) {
      macrosOf('m', before + text);
      expect(end(() => earlyConfig('m', `enabled${before}${text}`, {}))).toBe('none');
      expect(end(() => render(before + text))).toMatch(ending);
      expect(end(() => parseDbtYaml(before + text.slice(0, 5000), 'dbt_project.yml'))).toMatch(ending);
    }
  });
});

test('a file of YAML whose aliases multiply, or that is nested without end, is an error', () => {
  const laughs = Array.from(
    { length: 30 },
    (_, n) => `a${n}: &a${n} [${n === 0 ? '1' : `*a${n - 1}, *a${n - 1}`}]`,
  );
  expect(() => parseDbtYaml(laughs.join('\n'), 'y.yml')).toThrow('y.yml holds more than');
  expect(() => parseDbtYaml('a: &a [*a]', 'y.yml')).toThrow('y.yml');
  expect(() => parseDbtYaml(`a: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'y.yml')).toThrow('y.yml');
});
