import { describe } from 'vitest';
import { duckdbEngine, hostileSnowflakeEngine, snowflakeEngine } from '../support/warehouses.ts';
import { inFile, inWarehouse } from './places.ts';
import { snapshotCases } from './snapshot-cases.ts';

describe('in a DuckDB file', () => snapshotCases(() => inWarehouse(duckdbEngine)));
describe('in a file beside DuckDB', () => snapshotCases(() => inFile(duckdbEngine)));
describe('in Snowflake', () => snapshotCases(() => inWarehouse(snowflakeEngine)));
describe('in a file beside Snowflake', () => snapshotCases(() => inFile(snowflakeEngine)));
describe('in a Snowflake account with hostile parameters', () =>
  snapshotCases(() => inWarehouse(hostileSnowflakeEngine)));
