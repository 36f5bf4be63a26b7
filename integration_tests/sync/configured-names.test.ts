import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { checkOf, errorsOf, read } from '../support/reading.ts';

let folder: string;
let warehouse: unknown;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'names-'));
  const path = join(folder, 'warehouse.duckdb');
  await generateWarehouse(path, { scale: 0.01 });
  warehouse = { type: 'duckdb', path };
});
afterAll(() => rm(folder, { recursive: true }));

const identify = (rest: Record<string, unknown>) => [{ from: 'identify', user_id_column: 'email', ...rest }];

it.each([
  [
    'user_id_column',
    identify({ user_id_column: 'emial' }),
    /user_id_column: .*"emial".*Did you mean "email"/,
  ],
  ['anonymous_id_column', identify({ anonymous_id_column: 'segment_anonymus_id' }), /"segment_anonymous_id"/],
  ['dedupe_column', identify({ dedupe_column: 'emial' }), /dedupe_column: .*Did you mean "email"/],
  [
    'ignore_traits',
    identify({ ignore_traits: ['city', 'plam'] }),
    /ignore_traits: .*"plam".*Did you mean "plan"/,
  ],
  [
    'rename_traits',
    identify({ rename_traits: { citty: 'town' } }),
    /rename_traits: .*"citty".*Did you mean "city"/,
  ],
  [
    'two names at once',
    identify({ ignore_traits: ['plam'], rename_traits: { citty: 'town' } }),
    /"plam".*"citty"/,
  ],
  [
    'filters',
    identify({ filters: ['email IS NOT NULL', 'ciity IS NOT NULL'] }),
    /filters\[1\] \(ciity IS NOT NULL\): .*Did you mean "city"/,
  ],
  ['a text without quotes', identify({ filters: ['plan = basic'] }), /filters\[0\] .*single quotes: 'basic'/],
  ['broken SQL', identify({ filters: ['email IS NOT NULL', 'plan = ('] }), /filters\[1\]/],
  ['model', [{ from: 'model', name: 'customer_io_person' }], /Did you mean "customer_io_persons"/],
  ['relation', [{ from: 'relation', name: 'nexus_entites' }], /Did you mean "nexus_entities"/],
])(
  '%s: a name that is not there is refused by check and by read, with the near ones',
  async (_what, persons, message) => {
    const config = { warehouse, persons };
    expect(await checkOf(config)).toMatchObject({
      status: 'FAILED',
      message: expect.stringMatching(message),
    });
    const found = await read(config);
    expect(errorsOf(found)).toEqual([expect.stringMatching(message)]);
    expect([found.rows, found.states]).toEqual([[], []]);
  },
);

it('names in other letters, of columns with odd names, and filters that hold are taken', async () => {
  const persons = identify({
    ignore_traits: ['PLAN'],
    rename_traits: { City: 'town' },
    filters: ["plan = 'basic' -- x"],
  });
  const found = await read({ warehouse, persons });
  expect(errorsOf(found)).toEqual([]);
  expect(found.rows[0]).toHaveProperty('town');
  expect(found.rows[0]).not.toHaveProperty('plan');
});
