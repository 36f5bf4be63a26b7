import { expect, test } from 'vitest';
import { configError, messageOf } from '../../errors/connector-error.ts';
import { withPlace } from './sql-place.ts';

const placeOf = (line: number) => (line === 4 ? 'models/a.sql, line 2' : undefined);

test.each([
  [configError('DuckDB: no', { internal: 'LINE 4: x' }), 'models/a.sql, line 2: DuckDB: no'],
  [
    configError('Snowflake: error line 4 at position 7'),
    'models/a.sql, line 2: Snowflake: error line 4 at position 7',
  ],
  [configError('DuckDB: no', { internal: 'LINE 5: x' }), 'DuckDB: no'],
  [configError('DuckDB: no'), 'DuckDB: no'],
  [new Error('LINE 4: x'), 'LINE 4: x'],
])('%s', (error, message) => {
  expect(messageOf(withPlace(error, { placeOf }))).toBe(message);
});
