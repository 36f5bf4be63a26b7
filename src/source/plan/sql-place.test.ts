import { expect, test } from 'vitest';
import { configError, messageOf } from '../../errors/connector-error.ts';
import { duckdbDialect } from '../../warehouse/duckdb/dialect.ts';
import { snowflakeDialect } from '../../warehouse/snowflake/dialect.ts';
import { withPlace } from './sql-place.ts';

const placeOf = (line: number) => (line === 4 ? 'models/a.sql, line 2' : undefined);

test.each([
  [configError('DuckDB: no', { internal: 'LINE 4: x' }), duckdbDialect, 'models/a.sql, line 2: DuckDB: no'],
  [
    configError('Snowflake: error line 4 at position 7'),
    snowflakeDialect,
    'models/a.sql, line 2: Snowflake: error line 4 at position 7',
  ],
  [configError('DuckDB: no', { internal: 'LINE 5: x' }), duckdbDialect, 'DuckDB: no'],
  [configError('DuckDB: no'), duckdbDialect, 'DuckDB: no'],
  [configError('the word LINE 4: x'), snowflakeDialect, 'the word LINE 4: x'],
  [new Error('LINE 4: x'), duckdbDialect, 'LINE 4: x'],
])('%s', (error, dialect, message) => {
  expect(messageOf(withPlace(error, { placeOf }, dialect))).toBe(message);
});
