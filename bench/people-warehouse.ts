import { DuckDBInstance } from '@duckdb/node-api';

/** The people of people.ts as a table of a DuckDB file. */
export async function makePeopleWarehouse(path: string, count: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE people AS SELECT
    'person-' || n AS "userId", make_timestamp(1700000000000000 + n * 1000000) AS "timestamp",
    'person.' || n || '@example.com' AS email, 'First' || n % 997 AS first_name, 'Last-' || n % 7919 AS last_name,
    '+49 170 ' || 1000000 + n AS phone_number, ['Berlin', 'München', 'Zürich', 'São Paulo'][n % 4 + 1] AS city,
    ['free', 'pro', 'team'][n % 3 + 1] AS plan, (n % 1000) / 10 AS score, n % 365 AS visits, n % 2 = 0 AS is_active,
    TIMESTAMP '2024-01-01' AS created_at, TIMESTAMP '2025-06-01 12:30:00' AS last_seen,
    'https://example.com/from/' || n % 50 || '?campaign=spring' AS referrer,
    CASE WHEN n % 5 > 0 THEN 'A note of some length about person ' || n END AS notes,
    'segment-' || n % 20 AS segment, 'Company ' || n % 500 || ' GmbH' AS company
    FROM range(${count}) t(n)`);
  connection.closeSync();
  instance.closeSync();
}
