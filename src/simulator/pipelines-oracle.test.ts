import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { INVALID, STRICTER, VALID } from './fixtures/calls.fixture.ts';
import description from './fixtures/pipelines.schema.json' with { type: 'json' };
import { startHarness } from './harness.fixture.ts';

/**
 * The description draws known and anonymous people as branches of a oneOf that both fit a call with both ids, and
 * each semantic event fits the branch of any track too: as anyOf they say what is meant.
 */
function anyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(anyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name === 'oneOf' ? 'anyOf' : name, anyOf(inner)]),
  );
}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema({ $id: 'pipelines', $defs: anyOf(description.$defs) });
const types = ['identify', 'track', 'page', 'screen', 'group', 'alias'];
const validators: ReadonlyMap<string, ValidateFunction> = new Map(
  types.map((type) => [type, ajv.compile({ $ref: `pipelines#/$defs/${type}` })]),
);

const oracleAccepts = (call: { readonly type: string }): boolean =>
  validators.get(call.type)?.(call) ?? false;

/** Alone, and in a batch: the two must agree. */
async function simulatorAccepts(call: { readonly type: string }): Promise<boolean> {
  await using to = await startHarness();
  const alone = await to.call(call.type, call);
  const batched = await to.call('batch', { batch: [call] });
  expect(batched.status).toBe(alone.status);
  return alone.status === 200;
}

describe('the official Pipelines description and the simulator', () => {
  it.each(Object.entries(VALID))('both accept: %s', async (_name, call) => {
    expect(oracleAccepts(call)).toBe(true);
    expect(await simulatorAccepts(call)).toBe(true);
  });

  it.each(Object.entries(INVALID))('both refuse: %s', async (_name, call) => {
    expect(oracleAccepts(call)).toBe(false);
    expect(await simulatorAccepts(call)).toBe(false);
  });

  it.each(Object.entries(STRICTER))('the simulator alone refuses: %s', async (_name, { call }) => {
    expect(oracleAccepts(call)).toBe(true);
    expect(await simulatorAccepts(call)).toBe(false);
  });

  it('every type has a valid call here', () => {
    const seen = Object.values(VALID).map(({ type }) => type);
    expect(types.filter((type) => !seen.includes(type))).toEqual([]);
  });
});
