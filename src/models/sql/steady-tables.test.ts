import { describe, expect, it } from 'vitest';
import { snowflakeDialect as dialect } from '../../warehouse/snowflake/dialect.ts';
import { steadyTables } from './steady-tables.ts';

const relations = [
  { name: 'p', columns: [] },
  { name: 'Q', columns: [] },
  { name: 'TWO', columns: [] },
  { name: 'two', columns: [] },
  { name: 'MADE', schema: 'NEXUS_RUN', columns: [] },
];

function read(sql: string): string[] | undefined {
  const { marks } = dialect.snapshot;
  if (marks === undefined) throw new Error('Snowflake has marks.');
  return steadyTables(sql, { relations, dialect }, marks)?.map(({ name }) => name);
}

describe('the tables of a model whose rows depend on nothing else', () => {
  it.each([
    ['SELECT * FROM "p"', ['p']],
    ['SELECT * FROM q', ['Q']],
    ['select a from Q, "p" left join q as r on r.a = q.a', ['Q', 'p']],
    ['SELECT * FROM "NEXUS_RUN"."MADE"', ['MADE']],
    ['SELECT * FROM two', ['TWO']],
    ['SELECT * FROM "two"', ['two']],
    ['WITH p AS (SELECT * FROM "p") SELECT * FROM p', ['p']],
    ['SELECT * FROM (WITH x AS (SELECT * FROM "p") SELECT * FROM x)', ['p']],
    ['SELECT f.value FROM q, LATERAL FLATTEN(input => q.list) AS f', ['Q']],
    ['SELECT * FROM q WHERE a IN (SELECT a FROM "p") AND NOT EXISTS (SELECT 1 FROM q)', ['Q', 'p']],
    ["SELECT 'current_date', 'random()' /* sysdate() */ FROM q -- now()", ['Q']],
    ['SELECT "current_date", current_plan, now FROM q', ['Q']],
    [
      'SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b), CAST(a AS NUMBER(38, 0)), b::VARCHAR(3) FROM q',
      ['Q'],
    ],
    ['SELECT $$ $1 @x ? $$ FROM q', ['Q']],
    [
      "SELECT DATE_TRUNC('day', a), COALESCE(b, IFF(c, 1, 2)), MD5(d), OBJECT_CONSTRUCT('a', 1) FROM q",
      ['Q'],
    ],
  ])('%s', (sql, names) => {
    expect(read(sql)).toEqual(names);
  });
});

describe('is not known of a model that may move by itself', () => {
  const moving = [
    ...[
      'CURRENT_TIMESTAMP',
      'current_timestamp()',
      'CURRENT_DATE',
      'current_date()',
      'CURRENT_TIME',
      'LOCALTIMESTAMP',
    ],
    ...['localtime', 'GETDATE()', 'SYSDATE()', 'SYSTIMESTAMP()', 'NOW()', 'CURRENT_USER', 'CURRENT_ROLE()'],
    ...[
      'RANDOM()',
      'RANDOM(1)',
      'UUID_STRING()',
      'RANDSTR(5, RANDOM())',
      'UNIFORM(1, 2, 3)',
      'SEQ4()',
      'seq8()',
    ],
    ...[
      's.NEXTVAL',
      'LAST_QUERY_ID()',
      'HASH(a)',
      'own(a)',
      '"own"(a)',
      'db.own(a)',
      'db.UPPER(a)',
      '$1',
      '$name',
      '?',
    ],
    ...['SYSTEM$WAIT(1)', "GETVARIABLE('A')", 'AI_COMPLETE(a)', 'current_available_roles()'],
  ];
  it.each(moving)('SELECT %s', (value) => {
    expect(read(`SELECT ${value} FROM q`)).toBeUndefined();
    expect(read(`SELECT a FROM q WHERE a = ${value}`)).toBeUndefined();
    expect(read(`WITH x AS (SELECT ${value} AS a FROM q) SELECT * FROM x`)).toBeUndefined();
  });

  const elsewhere = [
    ...[
      'elsewhere',
      '"q"',
      'p',
      'other.q',
      '"OTHER"."Q"',
      'db.other.q',
      'NEXUS_RUN.q',
      'INFORMATION_SCHEMA.TABLES',
    ],
    ...['@stage', 'q AT(OFFSET => -60)', "q BEFORE(STATEMENT => 'x')", 'q SAMPLE (10)', 'q TABLESAMPLE (10)'],
    ...[
      'TABLE(own(1))',
      "TABLE('q')",
      "IDENTIFIER('q')",
      'TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
      'q, LATERAL own(q.a)',
    ],
    ...[
      'q CHANGES(INFORMATION => DEFAULT)',
      'q, elsewhere',
      'q JOIN elsewhere ON TRUE',
      '(SELECT * FROM elsewhere)',
    ],
  ];
  it.each(elsewhere)('FROM %s', (from) => {
    expect(read(`SELECT * FROM ${from}`)).toBeUndefined();
  });
});
