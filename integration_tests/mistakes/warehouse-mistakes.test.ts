import { describe, it } from 'vitest';
import { bench, expectAnswer } from './mistakes.fixture.ts';

/** The mistakes that people make in the warehouse's part of a sync file and in models, by the words that they get. */
const { sync, answer } = bench(['CREATE SCHEMA empty_one']);

const args = ['sync', '--config', 'sync.yaml'];
const at = (warehouse: string) =>
  sync().replace('{type: duckdb, path: w.duckdb}', `{type: duckdb, ${warehouse}}`);
const identify = (more: string) => sync({ source: `  persons: [{from: identify, ${more}}]\n` });

describe('a mistake about the warehouse', () => {
  it.each([
    ['a path that is not there', at('path: w.dukdb'), ['w.dukdb (warehouse.path) does not exist', 'parquet']],
    ['a file of another kind', at('path: sync.yaml'), ['sync.yaml could not be opened as a DuckDB database']],
    [
      'a schema that is not there',
      at('path: w.duckdb, schema: wrong'),
      ['no schema "wrong" (warehouse.schema)'],
    ],
    [
      'a schema without the tables',
      at('path: w.duckdb, schema: empty_one'),
      ['Nothing to read', 'warehouse.schema'],
    ],
    [
      'a column that is spelled otherwise',
      identify('user_id_column: userid'),
      ['user_id_column', 'no column "userid"', 'Did you mean "user_id"?'],
    ],
    [
      'a text without quotes in a filter',
      identify("filters: ['email IS NOT NULL', 'status = active']"),
      ['filters[1] (status = active)', "single quotes: 'active'"],
    ],
  ])('%s', async (what, text, says) => {
    const mistake = { what, args, files: { 'sync.yaml': text }, says };
    expectAnswer(await answer(mistake), mistake);
  });
});

describe('a mistake in a model', () => {
  const own = sync({ source: '  models: .\n  persons: [{from: model, name: mine}]\n' });
  const person = (columns: string, from = "{{ ref('nexus_entities') }}") =>
    `SELECT\n  ${columns},\n  _updated_at AS "timestamp"\nFROM ${from}\n`;

  it.each([
    [
      'a block that is open',
      '{% if true %}\nSELECT 1 {% for x in [1] %}{% endfor %}',
      ['mine.sql, line 1', '{% endif %} is missing'],
    ],
    [
      'a variable that is not defined',
      'SELECT 1,\n{{ last_synk_time }}',
      ['mine.sql, line 2', 'Did you mean "last_sync_time"?'],
    ],
    [
      'a ref of nothing',
      "SELECT * FROM\n{{ ref('nexus_entites') }}",
      ['mine.sql, line 2', 'Did you mean "nexus_entities"?'],
    ],
    [
      'a column of nothing',
      person('user_id AS "userId",\n  emial'),
      ['mine.sql, line 3', 'emial', '"email"'],
    ],
    [
      'SQL that is none',
      'SELECT user_id AS "userId"\n\nFRM x',
      ['mine.sql, line 3', 'syntax error', '"FRM"'],
    ],
    [
      'SQL that is none behind other letters',
      "SELECT 'äöü😀' AS a,\n1 AS b\nFRM x",
      ['mine.sql, line 3', '"FRM"'],
    ],
    ['a key that is missing', person('user_id, email'), ['no column "userId"', 'user_id AS "userId"']],
    ['a key in other letters', person('user_id AS userid'), ['no column "userId"', 'userid AS "userId"']],
  ])('%s', async (what, model, says) => {
    const mistake = {
      what,
      args,
      files: { 'sync.yaml': own, 'mine.sql': model },
      says: ['persons, mine', ...says],
    };
    expectAnswer(await answer(mistake), mistake);
  });
});
