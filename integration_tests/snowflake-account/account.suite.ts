import { describe } from 'vitest';
import { demoCases } from '../cases/demo-cases.ts';
import { runCases } from '../cases/run-cases.ts';
import { snowflakeValues } from '../cases/snowflake-values.ts';
import { warehouseCases } from '../cases/warehouse-cases.ts';
import { fakesnowGaps } from '../fakesnow/gaps.ts';
import { accountEngine, type Engine } from '../support/warehouses.ts';
import { warehouseOf } from './environment.ts';

/** Set by main.ts, which makes the schema and drops it. */
const schema = process.env.SNOWFLAKE_TEST_SCHEMA ?? '';

const gaps = process.env.SNOWFLAKE_TEST_DOUBLE === 'fakesnow' ? fakesnowGaps : {};

const start = (): Promise<Engine> => accountEngine(warehouseOf(process.env), schema);

describe('on the account', () => {
  describe('any warehouse', () => warehouseCases(start, gaps));
  describe('values', () => snowflakeValues(start, gaps));
  describe('the demo', () => demoCases(start, gaps));
  describe('run', () => runCases(start, gaps));
});
