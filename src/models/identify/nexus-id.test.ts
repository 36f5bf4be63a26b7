import { beforeAll, expect, test } from 'vitest';
import { type SmallWarehouse, smallWarehouse } from '../small-warehouse.fixture.ts';
import { nexusId } from './nexus-id.ts';

let warehouse: SmallWarehouse;
beforeAll(async () => {
  warehouse = await smallWarehouse();
});

// Made with md5sum from what the dbt package hashes.
const person = 'per_9027df6b2eede5a8a15ac0cf642c9589';
const group = 'grp_97f0bbd8428ed397ab7e2789a0ca486a';

test.each([
  ['person', ["'email'", "'ann@x.io'"], person],
  ['group', ["'location_id'", "'L1'"], group],
  ['relationship', [`'${person}'`, `'${group}'`, "'membership'"], 'rel_997520f9e606d1b492be688eb3806d97'],
  ['person', ['NULL'], 'per_f14cc5cdce0420f4a5a6b6d9d7b85f39'],
  ['relationship_declaration', ['NULL'], 'rel_decl_f14cc5cdce0420f4a5a6b6d9d7b85f39'],
  ['entity_participant', ['NULL'], 'ent_f14cc5cdce0420f4a5a6b6d9d7b85f39'],
  ['location', ['NULL'], 'loc_f14cc5cdce0420f4a5a6b6d9d7b85f39'],
  ['constructor', ['NULL'], 'con_f14cc5cdce0420f4a5a6b6d9d7b85f39'],
])('%s of %j is %s', async (type, columns, id) => {
  expect(await warehouse.rows(`SELECT ${nexusId(type, columns)} AS id`)).toEqual([{ id }]);
});
