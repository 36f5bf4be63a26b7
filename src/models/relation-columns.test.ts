import { beforeAll, expect, test } from 'vitest';
import { projectOf, type SmallWarehouse, smallWarehouse } from './small-warehouse.fixture.ts';

let warehouse: SmallWarehouse;

beforeAll(async () => {
  warehouse = await smallWarehouse('CREATE TABLE orders (id INTEGER, "Total" DECIMAL(9,2), day TIMESTAMP)');
});

const render = (text: string) =>
  warehouse.compile({ from: 'model', name: 'm' }, projectOf({ m: text, o: text })).sql;

test("dbt's fields of a column: name, column, dtype without its size, data_type", () => {
  const text = `select {% for c in adapter.get_columns_in_relation(ref('orders')) %}
    '{{ c.name }} {{ c.column }} {{ c.dtype }} {{ c.data_type }}'{{ ',' if not loop.last }}{% endfor %}`;
  expect(render(text).match(/'.*?'/g)).toEqual([
    "'id id INTEGER INTEGER'",
    "'Total Total DECIMAL DECIMAL(9,2)'",
    "'day day TIMESTAMP TIMESTAMP'",
  ]);
});

test('a model takes the columns that are there', () => {
  const text = `{% set names = adapter.get_columns_in_relation(ref('orders')) | map(attribute='column') | map('lower') | list %}
    select {{ 'total' if 'total' in names else 'null' }}, {{ 'tax' if 'tax' in names else 'null' }} from {{ ref('orders') }}`;
  expect(render(text)).toMatch(/select total, null from/);
});

test.each([
  [
    "adapter.get_columns_in_relation('orders')",
    'adapter.get_columns_in_relation needs a ref() or a source().',
  ],
  ['adapter.get_columns_in_relation()', 'adapter.get_columns_in_relation needs a ref() or a source().'],
  [
    "adapter.get_columns_in_relation(ref('o'))",
    'the columns of o are not known here, since it is not a table',
  ],
  ['adapter.get_relation(this)', '"adapter.get_relation" only works inside dbt'],
])('%s is an error', (call, message) => {
  expect(() => render(`select 1 {% set c = ${call} %}`)).toThrow(message);
});
