import { DuckDBInstance } from '@duckdb/node-api';
import {
  chanceSql,
  changesSql,
  type DemoSize,
  entitiesSql,
  eventsSql,
  relationshipsSql,
} from './warehouse-sql.ts';

export interface DemoOptions {
  /** 1 is 5,000 persons, 9,000 relationships and 60,000 events; benches ask for more. */
  readonly scale?: number;
  readonly seed?: number;
  readonly now?: Date;
}

/** Makes a nexus warehouse of made-up people in a DuckDB file that does not exist yet. */
export async function generateWarehouse(path: string, options: DemoOptions = {}): Promise<void> {
  const { scale = 1, seed = 1, now = new Date() } = options;
  const persons = Math.max(5, Math.round(5_000 * scale));
  const size: DemoSize = {
    persons,
    // Under 40 a person's three locations could fall on one another.
    locations: Math.max(40, Math.round(40 * Math.sqrt(scale))),
    events: Math.round(60_000 * scale),
    seed,
    now,
  };
  await runSql(
    path,
    [chanceSql(seed), entitiesSql(size), relationshipsSql(size), eventsSql(size)].join('\n'),
  );
}

/** Changes a few rows of a generated warehouse, as its sources would; all at one moment. */
export async function changeWarehouse(path: string, options: DemoOptions = {}): Promise<void> {
  await runSql(path, changesSql(options.now ?? new Date(), options.seed ?? 1));
}

/** The instance is closed at the end: DuckDB locks the file, and the sync opens it next. */
async function runSql(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
