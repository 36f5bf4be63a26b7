import { describe } from 'vitest';
import { demoCases } from '../demo-cases.ts';
import { fakesnowGaps } from '../fakesnow/gaps.ts';
import { runCases } from '../run-cases.ts';
import { snowflakeValues } from '../snowflake-values.ts';
import { warehouseCases } from '../warehouse-cases.ts';
import { accountEngine, type Engine } from '../warehouses.ts';
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
