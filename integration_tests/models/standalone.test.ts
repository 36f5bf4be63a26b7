import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { run } from '../support/processes.ts';

it('compile --standalone prints what any DuckDB runs as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'standalone-'));
  try {
    await generateWarehouse(join(folder, 'w.duckdb'), { scale: 0.004 });
    await writeFile(
      join(folder, 'c.json'),
      JSON.stringify({ warehouse: { type: 'duckdb', path: join(folder, 'w.duckdb') } }),
    );
    const { code, stdout, stderr } = await run('nexus-customer-io', [
      'compile',
      '--standalone',
      '--config',
      join(folder, 'c.json'),
    ]);
    expect(code, stderr).toBe(0);
    const instance = await DuckDBInstance.create(join(folder, 'w.duckdb'));
    const connection = await instance.connect();
    const statements = await connection.extractStatements(stdout);
    const counts: number[] = [];
    for (let index = 0; index < statements.count; index += 1) {
      const reader = await (await statements.prepare(index)).runAndReadAll();
      counts.push(reader.currentRowCount);
    }
    expect(counts.filter((count) => count > 0).length).toBeGreaterThanOrEqual(4);
    connection.closeSync();
    instance.closeSync();
  } finally {
    await rm(folder, { recursive: true });
  }
});
