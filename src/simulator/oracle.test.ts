import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { INVALID, STRICTER, VALID } from './fixtures/operations.fixture.ts';
import description from './fixtures/track-v2.schema.json' with { type: 'json' };
import { startHarness } from './harness.fixture.ts';

/** The part of Customer.io's API description that speaks of each (type, action). */
const SCHEMAS: Readonly<Record<string, string>> = {
  'person identify': 'identify_person',
  'person delete': 'person_delete',
  'person event': 'person_event',
  'person page': 'person_page',
  'person screen': 'person_screen',
  'person add_relationships': 'person_add_relationships',
  'person delete_relationships': 'person_delete_relationships',
  'person add_device': 'person_add_device',
  'person delete_device': 'person_delete_device',
  'person merge': 'person_merge',
  'person suppress': 'person_suppress',
  'person unsuppress': 'person_unsuppress',
  'object identify': 'object_identify',
  'object identify_anonymous': 'object_identify_anonymous',
  'object delete': 'object_delete',
  'object add_relationships': 'object_add_relationships',
  'object delete_relationships': 'object_delete_relationships',
  'delivery event': 'delivery_operations',
};

/**
 * What the description forgets: its branches for id, email and cio_id require nothing, so `{id}` fits all three
 * and oneOf refuses it; and identifiers are required in the text but not in the schema.
 */
function patched() {
  const { $defs } = structuredClone(description);
  const { items } = $defs.v2_cio_relationships;
  const branches = items.properties.identifiers.oneOf.map((branch) => ({
    ...branch,
    required: Object.keys(branch.properties),
  }));
  const people = {
    ...$defs.v2_cio_relationships,
    items: {
      ...items,
      required: ['identifiers'],
      properties: { ...items.properties, identifiers: { oneOf: branches } },
    },
  };
  const objects = { ...$defs.object_identifiers, required: ['identifiers'] };
  return { ...$defs, v2_cio_relationships: people, object_identifiers: objects };
}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
// Names of the description's own that no validator knows.
ajv.addFormat('ULID', true).addFormat('unix timestamp', true);
ajv.addSchema({ $id: 'track', $defs: patched() });
const validators: ReadonlyMap<string, ValidateFunction> = new Map(
  Object.entries(SCHEMAS).map(([key, name]) => [key, ajv.compile({ $ref: `track#/$defs/${name}` })]),
);

function oracleAccepts(operation: unknown): boolean {
  const { type, action } = Object(operation);
  return validators.get(`${type} ${action}`)?.(operation) ?? false;
}

async function simulatorAccepts(operation: unknown): Promise<boolean> {
  await using to = await startHarness();
  return (await to.entity(operation)).status === 200;
}

describe('the official API description and the simulator', () => {
  it.each(Object.entries(VALID))('both accept: %s', async (_name, operation) => {
    expect(oracleAccepts(operation)).toBe(true);
    expect(await simulatorAccepts(operation)).toBe(true);
  });

  it.each(Object.entries(INVALID))('both refuse: %s', async (_name, operation) => {
    expect(oracleAccepts(operation)).toBe(false);
    expect(await simulatorAccepts(operation)).toBe(false);
  });

  it.each(Object.entries(STRICTER))('the simulator alone refuses: %s', async (_name, { operation }) => {
    expect(oracleAccepts(operation)).toBe(true);
    expect(await simulatorAccepts(operation)).toBe(false);
  });

  it('every (type, action) has a valid operation here', () => {
    const seen = Object.values(VALID).map(({ type, action }) => `${type} ${action}`);
    expect(Object.keys(SCHEMAS).filter((key) => !seen.includes(key))).toEqual([]);
  });
});
