import { describe } from 'vitest';
import { duckdbEngine, hostileSnowflakeEngine, snowflakeEngine } from '../support/warehouses.ts';
import { demoCases } from './demo-cases.ts';
import { runCases } from './run-cases.ts';
import { snowflakeValues } from './snowflake-values.ts';
import { warehouseCases } from './warehouse-cases.ts';

describe('on duckdb', () => {
  describe('any warehouse', () => warehouseCases(duckdbEngine));
});

describe('on our Snowflake server', () => {
  describe('any warehouse', () => warehouseCases(snowflakeEngine));
  describe('values', () => snowflakeValues(snowflakeEngine));
  describe('the demo', () => demoCases(snowflakeEngine));
  describe('run', () => runCases(snowflakeEngine));
});

describe('on a Snowflake account with hostile parameters', () => {
  describe('any warehouse', () => warehouseCases(hostileSnowflakeEngine));
  describe('values', () => snowflakeValues(hostileSnowflakeEngine));
  describe('the demo', () => demoCases(hostileSnowflakeEngine));
  describe('run', () => runCases(hostileSnowflakeEngine));
});
