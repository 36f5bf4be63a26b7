import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../support/warehouses.ts';
import type { Place } from './days.ts';

const ways = { persons: 'snapshot', objects: 'snapshot', relationships: 'snapshot', events: 'snapshot' };

/** In the warehouse itself, in a schema for each case. */
export async function inWarehouse(start: () => Promise<Engine>): Promise<Place> {
  const engine = await start();
  let cases = 0;
  const changes = () => {
    cases += 1;
    return { ...ways, store: 'warehouse', schema: `snapshots_${cases}` };
  };
  return { engine, changes, close: () => engine.close() };
}

/** Beside it, in a file for each case. */
export async function inFile(start: () => Promise<Engine>): Promise<Place> {
  const engine = await start();
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-cases-'));
  let cases = 0;
  const changes = () => {
    cases += 1;
    return { ...ways, store: 'file', file: join(folder, `${cases}.duckdb`) };
  };
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(folder, { recursive: true });
  };
  return { engine, changes, close };
}
