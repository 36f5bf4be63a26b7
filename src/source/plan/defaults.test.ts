import { describe, expect, test } from 'vitest';
import { duckdbDialect } from '../../warehouse/duckdb/dialect.ts';
import { snowflakeDialect } from '../../warehouse/snowflake/dialect.ts';
import { defaultDefinitions, type Known, passedOver } from './defaults.ts';

const table = (name: string, ...columns: string[]) => ({
  name,
  columns: columns.map((column) => ({ name: column, type: 'VARCHAR' })),
});

function known(models: Record<string, string>, ...relations: Known['relations']): Known {
  return {
    relations,
    dialect: duckdbDialect,
    models: new Map(Object.entries(models).map(([name, text]) => [name, { name, text }])),
  };
}

const nexus = table('nexus_entities', 'email', 'location_id', 'segment_anonymous_id');
const object = 'select x as "groupId"';

describe('objects', () => {
  test('are all models and tables of the specification’s names', () => {
    const has = known(
      { customer_io_accounts: object, customer_io_base: 'select 1', customer_io_a_relationships: object },
      table('customer_io_accounts', 'groupId'),
      table('customer_io_clinics', 'groupId', 'objectTypeId', 'timestamp'),
      table('customer_io_events', 'userId'),
      table('customer_io_scratch', 'x'),
    );
    expect(defaultDefinitions('objects', has)).toEqual([
      { from: 'model', name: 'customer_io_accounts' },
      { from: 'relation', name: 'customer_io_clinics' },
    ]);
    expect(defaultDefinitions('relationships', has)).toEqual([
      { from: 'model', name: 'customer_io_a_relationships' },
    ]);
  });

  test('are the shipped locations where there are none', () => {
    expect(defaultDefinitions('objects', known({}, nexus))).toEqual([
      { from: 'model', name: 'customer_io_locations' },
    ]);
    expect(defaultDefinitions('objects', known({}, table('nexus_entities', 'email')))).toEqual([]);
  });
});

describe('tables that nobody gave for a stream', () => {
  const fits = ['groupId', 'objectTypeId', 'timestamp'];

  test.each([
    'customer_io_locations__dbt_tmp',
    'customer_io_locations__dbt_backup',
    'customer_io_locations__dbt_new',
    'CUSTOMER_IO_LOCATIONS__DBT_TMP',
    'customer_io_location__dbt_tmp_20260101120000',
    'customer_io_location_relationships__dbt_backup',
  ])('%s is passed over and told', (name) => {
    const has = known({}, table(name, ...fits));
    expect(defaultDefinitions('objects', has)).toEqual([]);
    expect(passedOver('objects', has)).toEqual([
      expect.stringMatching(new RegExp(`^The table ${name} is not read: .*dbt`)),
    ]);
  });

  test.each([
    ['objects', 'customer_io_clinics', ['groupId', 'timestamp'], 'no column "objectTypeId"'],
    ['objects', 'customer_io_clinics', ['GROUPID'], 'no column "groupId", "objectTypeId", "timestamp"'],
    ['objects', 'customer_io_ties_old', [...fits, 'userId'], 'a column "userId", which relationships have'],
    ['relationships', 'customer_io_a_relationships', fits, 'no column "userId"'],
  ] as const)('%s: %s with %s is passed over for %s', (stream, name, columns, reason) => {
    const has = known({}, table(name, ...columns));
    expect(defaultDefinitions(stream, has)).toEqual([]);
    expect(passedOver(stream, has)).toEqual([expect.stringContaining(reason)]);
  });

  test('a table of the specification’s own name is read whatever it lacks: the read names the column', () => {
    const has = known({}, table('customer_io_persons', 'USERID'), nexus);
    expect(defaultDefinitions('persons', has)).toEqual([{ from: 'relation', name: 'customer_io_persons' }]);
    expect(passedOver('persons', has)).toEqual([]);
  });
});

describe('persons', () => {
  test('are customer_io_persons, else the quick start’s customer_io, else identify by email', () => {
    const both = { customer_io: 'select 1', customer_io_persons: 'select 1' };
    expect(defaultDefinitions('persons', known(both, nexus))).toEqual([
      { from: 'model', name: 'customer_io_persons' },
    ]);
    expect(defaultDefinitions('persons', known({ customer_io: '' }, nexus))).toEqual([
      { from: 'model', name: 'customer_io' },
    ]);
    expect(defaultDefinitions('persons', known({}, nexus))).toMatchObject([
      { from: 'identify', user_id_column: 'email', anonymous_id_column: 'segment_anonymous_id' },
    ]);
  });

  test('are known by the names that Snowflake folds', () => {
    const has = { ...known({}, table('CUSTOMER_IO_PERSONS', 'userId')), dialect: snowflakeDialect };
    expect(defaultDefinitions('persons', has)).toEqual([{ from: 'relation', name: 'CUSTOMER_IO_PERSONS' }]);
  });
});
