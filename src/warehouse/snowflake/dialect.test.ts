import { describe, expect, it } from 'vitest';
import { snowflakeDialect } from './dialect.ts';
import { writtenName } from './quote.ts';

describe('texts in SQL', () => {
  it('double quotes and backslashes', () => {
    expect(snowflakeDialect.quoteString(`it's C:\\new`)).toBe(`'it''s C:\\\\new'`);
    expect(snowflakeDialect.quoteIdentifier('a"b')).toBe('"a""b"');
  });

  it.each([
    ['analytics', 'ANALYTICS'],
    ['Compute_WH$1', 'COMPUTE_WH$1'],
    ['"Analytics"', 'Analytics'],
    ['"a""b"', 'a"b'],
    ['my-database', 'my-database'],
  ])('take the name %s as SQL would', (written, name) => {
    expect(writtenName(written)).toBe(name);
  });
});

it.each([
  ['TIMESTAMP_NTZ(9)', true],
  ['TIMESTAMP_LTZ(3)', true],
  ['TIMESTAMP_TZ(9)', true],
  ['DATE', true],
  ['DATETIME', true],
  ['TIME(9)', false],
  ['VARCHAR', false],
  ['NUMBER(38,0)', false],
])('knows whether %s is a timestamp', (type, expected) => {
  expect(snowflakeDialect.types.isTimestamp(type)).toBe(expected);
});

it('writes the text of a cursor with every digit, whatever the session prints', () => {
  expect(snowflakeDialect.time.print('t')).toContain(`TO_VARCHAR(t, 'YYYY-MM-DD HH24:MI:SS.FF9')`);
});
