import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { streamNames } from '../../src/streams/contract.ts';
import { copiedTables } from '../support/copied-tables.ts';
import { run } from '../support/processes.ts';
import { checkOf, errorsOf, lastState, read } from '../support/reading.ts';
import type { Engine } from '../support/warehouses.ts';
import { casesWith, type Gaps } from './gaps.ts';
import { usualWay } from './usual-way.ts';

/** Less the case of names, which is upper on Snowflake unless quoted, and how timestamps inside objects print. */
const comparable = (row: Readonly<Record<string, unknown>>): unknown =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
    ).replaceAll(/(\d\d:\d\d:\d\d)\.000"/g, '$1"'),
  );

/** The demo's warehouse, copied from DuckDB: every stream gives the same records from both. */
export function demoCases(start: () => Promise<Engine>, gaps: Gaps = {}): void {
  const it = casesWith(gaps);
  let engine: Engine;
  let folder: string;
  let configs: { readonly duckdb: object; readonly other: object };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-cases-'));
    const path = join(folder, 'demo.duckdb');
    await generateWarehouse(path, { scale: 0.02, now: new Date('2025-01-01') });
    engine = await start();
    const database = await engine.create();
    await database.run(...(await copiedTables(path)));
    configs = {
      duckdb: { warehouse: { type: 'duckdb', path } },
      other: { warehouse: database.warehouse, ...usualWay },
    };
  });

  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it('is ready to read the demo', async () => {
    expect(await checkOf(configs.other)).toMatchObject({
      status: 'SUCCEEDED',
      message: expect.stringMatching(/persons.*objects.*relationships.*events/),
    });
  });

  for (const stream of streamNames) {
    it(`reads the demo’s ${stream} as from DuckDB, and nothing a second time`, async () => {
      const expected = await read(configs.duckdb, [], [stream]);
      expect(errorsOf(expected)).toEqual([]);
      const result = await read(configs.other, [], [stream]);
      expect(errorsOf(result)).toEqual([]);
      expect(result.rows.length).toBeGreaterThan(10);
      expect(result.rows.map(comparable)).toEqual(expected.rows.map(comparable));
      expect((await read(configs.other, lastState(result), [stream])).rows).toEqual([]);
    });
  }

  it('reads the specification’s own models as from DuckDB', async () => {
    const models = { models: fileURLToPath(new URL('../../models/specification', import.meta.url)) };
    const result = await read({ ...configs.other, ...models }, [], streamNames);
    expect(errorsOf(result)).toEqual([]);
    const expected = await read({ ...configs.duckdb, ...models }, [], streamNames);
    expect(result.rows.length).toBeGreaterThan(100);
    expect(result.rows.map(comparable)).toEqual(expected.rows.map(comparable));
  });

  it('identifies with every parameter as on DuckDB', async () => {
    const parameters = {
      from: 'identify',
      user_id_column: 'user_id',
      anonymous_id_column: 'segment_anonymous_id',
      dedupe_column: 'phone_number',
      ignore_traits: ['city', 'plan'],
      rename_traits: { first_name: 'firstName', lifetime_value: 'value' },
      filters: ["status <> 'lead'", "locale LIKE 'en%'"],
    };
    const persons = { persons: [parameters] };
    const result = await read({ ...configs.other, ...persons });
    expect(errorsOf(result)).toEqual([]);
    expect(result.rows[0]).toHaveProperty('firstName');
    expect(result.rows.map(comparable)).toEqual(
      (await read({ ...configs.duckdb, ...persons })).rows.map(comparable),
    );
  });

  it('says through doctor what it says of DuckDB', async () => {
    const answers: string[] = [];
    for (const [name, config] of Object.entries(configs)) {
      const path = join(folder, `${name}.json`);
      await writeFile(path, JSON.stringify(config));
      const { code, stdout, stderr } = await run('nexus-customer-io', ['doctor', '--json', '--config', path]);
      expect(code, stderr).toBe(0);
      answers.push(stdout.toLowerCase());
    }
    expect(JSON.parse(answers[1] ?? '')).toEqual(JSON.parse(answers[0] ?? ''));
  });
}
