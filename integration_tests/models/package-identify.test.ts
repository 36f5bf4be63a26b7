import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IdentifyDefinition } from '../../src/models/definition.ts';
import { type SmallWarehouse, smallWarehouse } from '../../src/models/small-warehouse.fixture.ts';

/**
 * Our customer_io_identify against the dbt package's own macro, which was run for every parameter set on the same
 * warehouse (fixtures/package-identify/README.md): columns, types, their order, and each row. What is not compared
 * is what the package leaves to chance: which of several rows of one newest timestamp stays.
 */

interface ParameterSet {
  readonly name: string;
  readonly parameters: Omit<IdentifyDefinition, 'from'>;
  readonly decision?: string;
  readonly refused?: string;
  readonly beyond?: number;
}

interface Found {
  readonly columns: readonly string[];
  readonly key: string;
  readonly rows: number;
  readonly md5: string;
  readonly nullKeys: { readonly rows: number; readonly md5: string };
  readonly ties: Readonly<Record<string, readonly string[]>>;
}

const pathOf = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const readJson = <T>(path: string): T => JSON.parse(readFileSync(pathOf(path), 'utf8'));

const sets = readJson<readonly ParameterSet[]>('package-identify/parameters.json');
const results = readJson<Readonly<Record<string, Found | { failed: true } | undefined>>>(
  'package-identify/results.json',
);

let warehouse: SmallWarehouse;

beforeAll(async () => {
  const view = (name: string) => `CREATE VIEW ${name} AS FROM '${pathOf(`nexus-warehouse/${name}.parquet`)}'`;
  warehouse = await smallWarehouse(view('nexus_entities'), view('high_level_customer_journey'));
});

/** The parameters as a person writes them in a model. */
function jinja(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return `[${value.map(jinja).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${jinja(name)}: ${jinja(member)}`);
  return `{${members.join(', ')}}`;
}

function compiled({ parameters }: ParameterSet): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${jinja(value)}`);
  const sql = `{{ nexus.customer_io_identify(${given.join(', ')}) }}`;
  return warehouse.compile({ from: 'sql', sql }).sql;
}

async function columnsOf(sql: string): Promise<string[]> {
  const rows = await warehouse.rows(`DESCRIBE ${sql}`);
  return rows.map(({ column_name, column_type }) =>
    column_type === 'VARCHAR' ? String(column_name) : `${column_name} ${column_type}`,
  );
}

const list = (texts: readonly string[]): string =>
  `(${['', ...texts].map((text) => `'${text.replaceAll("'", "''")}'`).join(', ')})`;

/** What results.json says of the package, of ours; of the rows that share a newest timestamp, the one that stays. */
async function measure(sql: string, { key, ties }: Found) {
  const column = `"${key.replaceAll('"', '""')}"`;
  const folded = `LOWER(TRIM(${column}))`;
  const hash = 'md5(to_json(r)::VARCHAR)';
  const digest = `count(*)::INTEGER AS rows, coalesce(md5(string_agg(${hash}, '' ORDER BY ${hash})), '') AS md5`;
  const isTied = `${folded} IN ${list(Object.keys(ties))} AND ${folded} <> ''`;
  const from = `FROM (${sql}) r WHERE`;
  const [[determined], [nullKeys], tied] = await Promise.all([
    warehouse.rows(`SELECT ${digest} ${from} ${column} IS NOT NULL AND NOT (${isTied})`),
    warehouse.rows(`SELECT ${digest} ${from} ${column} IS NULL`),
    warehouse.rows(`SELECT ${folded} AS folded, ${hash} AS md5 ${from} ${isTied}`),
  ]);
  return { determined, nullKeys, tied };
}

const comparable = sets.filter(({ refused, beyond }) => refused === undefined && beyond === undefined);

describe('the same rows as the package', () => {
  test.each(comparable)('$name: $parameters', async (set) => {
    const found = results[set.name];
    if (found === undefined || 'failed' in found) throw new Error('The package gave no result');
    const sql = compiled(set);
    expect(await columnsOf(sql)).toEqual(found.columns);
    const { determined, nullKeys, tied } = await measure(sql, found);
    expect(determined).toEqual({ rows: found.rows, md5: found.md5 });
    expect(nullKeys).toEqual(found.nullKeys);
    expect(tied.map((row) => row.folded).sort()).toEqual(Object.keys(found.ties).sort());
    for (const row of tied) expect(found.ties[String(row.folded)]).toContain(row.md5);
  });

  test('no set passes for want of rows', () => {
    const rows = comparable.map(({ name }) => results[name]);
    const counts = rows.map((found) => (found && 'rows' in found ? found.rows + found.nullKeys.rows : 0));
    expect(comparable.length).toBeGreaterThan(100);
    expect(counts.filter((count) => count === 0)).toHaveLength(4);
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(20_000);
  });
});

describe('where the package fails', () => {
  test.each(sets.filter(({ beyond }) => beyond !== undefined))('$name: $beyond rows', async (set) => {
    expect(results[set.name]).toEqual({ failed: true });
    const [row] = await warehouse.rows(`SELECT count(*)::INTEGER AS rows FROM (${compiled(set)})`);
    expect(row).toEqual({ rows: set.beyond });
  });
});

test.each(sets.filter(({ refused }) => refused !== undefined))('refused: $name', (set) => {
  expect(() => compiled(set)).toThrow(set.refused);
});

test.each(sets)('the configuration takes $name as a model does', (set) => {
  const direct = () => warehouse.compile({ from: 'identify', ...set.parameters }).sql;
  if (set.refused === undefined) expect(direct()).toBe(compiled(set));
  else expect(direct).toThrow(set.refused);
});
