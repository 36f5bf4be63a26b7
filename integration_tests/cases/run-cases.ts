import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openWarehouse } from '../../src/warehouse/open.ts';
import type { TextRow } from '../../src/warehouse/warehouse.ts';
import { run } from '../support/processes.ts';
import { type Database, duckdbEngine, type Engine } from '../support/warehouses.ts';
import { casesWith, type Gaps } from './gaps.ts';

type Row = readonly (string | number | boolean | null)[];

const literal = (value: Row[number]): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** Both warehouses take these; every text fits without an escape. */
function table(name: string, columns: string, ...rows: readonly Row[]): string[] {
  const values = rows.map((row) => `(${row.map(literal).join(', ')})`);
  return [`CREATE TABLE ${name} (${columns})`, `INSERT INTO ${name} VALUES ${values.join(', ')}`];
}

const day = (date: number): string => `2025-01-${String(date).padStart(2, '0')} 10:00:00`;

/** A chain of identifiers, two that fold to one another, a group, traits that change, ties that end or dangle. */
const input: readonly string[] = [
  ...table(
    'web_events',
    'event_id VARCHAR, occurred_at TIMESTAMP, event_name VARCHAR, source VARCHAR, significance FLOAT',
    ...[1, 2, 3, 4, 5].map((n): Row => [`evt_${n}`, day(n), n % 2 ? 'visit' : 'call', 'web', n / 4]),
  ),
  ...table(
    'web_entity_identifiers',
    'event_id VARCHAR, edge_id VARCHAR, entity_type VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR, role VARCHAR, occurred_at TIMESTAMP',
    ...[1, 2, 3].flatMap((n): Row[] => [
      [`evt_${n}`, `edge_${n}`, 'person', 'email', `p${n}@x.io`, 'visitor', day(n)],
      [`evt_${n}`, `edge_${n}`, 'person', 'email', `p${n + 1}@x.io`, 'visitor', day(n)],
    ]),
    ['evt_4', 'edge_4', 'person', 'email', 'Other@x.io', 'visitor', day(4)],
    ['evt_4', 'edge_5', 'group', 'location_id', 'L1', 'location', day(4)],
    ['evt_5', null, 'person', 'patient_id', null, 'visitor', day(5)],
  ),
  ...table(
    'web_entity_traits',
    'entity_type VARCHAR, identifier_type VARCHAR, identifier_value VARCHAR, trait_name VARCHAR, trait_value VARCHAR, occurred_at TIMESTAMP',
    ['person', 'email', 'p1@x.io', 'first_name', 'Ann', day(1)],
    ['person', 'email', 'p4@x.io', 'first_name', 'Anna', day(3)],
    ['person', 'email', 'Other@x.io', 'plan', 'plus', day(4)],
    ['group', 'location_id', 'L1', 'location_name', 'North', day(4)],
  ),
  ...table(
    'web_relationship_declarations',
    'relationship_declaration_id VARCHAR, event_id VARCHAR, occurred_at TIMESTAMP, entity_a_identifier VARCHAR, entity_a_identifier_type VARCHAR, entity_a_type VARCHAR, entity_a_role VARCHAR, entity_b_identifier VARCHAR, entity_b_identifier_type VARCHAR, entity_b_type VARCHAR, entity_b_role VARCHAR, relationship_type VARCHAR, relationship_direction VARCHAR, is_active BOOLEAN, source VARCHAR',
    ...(
      [
        ['d1', 'evt_1', day(1), 'p2@x.io', true],
        ['d2', 'evt_4', day(4), 'p4@x.io', false],
        ['d3', 'evt_4', day(4), 'Other@x.io', true],
        ['d4', 'evt_5', day(5), 'OTHER@x.io', true],
      ] as const
    ).map(([id, event, at, email, active]): Row => {
      const a = [email, 'email', 'person', 'patient'];
      return [
        id,
        event,
        at,
        ...a,
        'L1',
        'location_id',
        'group',
        'location',
        'membership',
        'a_to_b',
        active,
        'web',
      ];
    }),
  ),
];

const models = {
  people: `{{ config(materialized='table') }}
SELECT entity_id, UPPER(first_name) AS shouted FROM {{ ref('nexus_entities') }} WHERE entity_type = 'person'`,
  named: `SELECT COUNT(*) AS people FROM {{ ref('people') }} WHERE shouted IS NOT NULL`,
};

const built = [
  'nexus_events',
  'nexus_entity_participants',
  'nexus_entities',
  'nexus_relationships',
  'nexus_unresolved_declarations',
  'people',
  'named',
];

/** Values as both warehouses would print them: less the zeros of a fraction, and less when it was built. */
const comparable = (row: TextRow): TextRow =>
  Object.fromEntries(
    Object.entries(row)
      .map(([name, value]) => [name.toLowerCase(), value?.replace(/\.0+$/, '') ?? null] as const)
      .filter(([name]) => name !== '_processed_at'),
  );

async function rowsOf(database: Database, name: string): Promise<string[]> {
  const opened = await openWarehouse(parseSourceConfig({ warehouse: database.warehouse }).warehouse);
  try {
    const rows = await opened.rows(`SELECT * FROM ${name}`);
    return rows.map((row) => JSON.stringify(comparable(row))).sort();
  } finally {
    await opened.close();
  }
}

/** `run` makes the same tables as on DuckDB. */
export function runCases(start: () => Promise<Engine>, gaps: Gaps = {}): void {
  const it = casesWith(gaps);
  let folder: string;
  let engines: readonly Engine[];
  let databases: readonly Database[];

  beforeAll(async () => {
    engines = [await duckdbEngine(), await start()];
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-cases-'));
    await mkdir(join(folder, 'models'));
    databases = await Promise.all(engines.map((engine) => engine.create()));
    for (const database of databases) await database.run(...input);
  });

  afterEach(() => rm(folder, { recursive: true }));

  afterAll(async () => {
    for (const engine of engines) await engine.close();
  });

  /** The databases run side by side, so each has a file of its own. */
  async function runOn({ warehouse }: Database): Promise<string> {
    const config = join(folder, `${warehouse.type}.json`);
    await writeFile(config, JSON.stringify({ warehouse, models: join(folder, 'models') }));
    const { code, stderr, stdout } = await run('nexus-customer-io', ['run', '--config', config]);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' });
    return stderr.replaceAll(/ {2}[\d.]+ s$/gm, '');
  }

  it('runs identity resolution and models, twice, with the tables that DuckDB gives', async () => {
    for (const [name, sql] of Object.entries(models))
      await writeFile(join(folder, 'models', `${name}.sql`), sql);
    const [said, ...others] = await Promise.all(databases.map(runOn));
    expect(others).toEqual([said]);
    for (const database of databases) await runOn(database);
    for (const table of built) {
      const [expected = [], ...results] = await Promise.all(databases.map((each) => rowsOf(each, table)));
      expect(expected.length, table).toBeGreaterThan(0);
      expect(results, table).toEqual([expected]);
    }
  });
}
