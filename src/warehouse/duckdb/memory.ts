import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DuckDBConnection } from '@duckdb/node-api';
import { isOutOfMemory } from './query-error.ts';

/**
 * How much the engine may hold, and up to how many rows it can sort with it by spilling to disk. Left alone it keeps
 * every page that it has read, up to 80 % of the machine, so reads begin with little. A query that needs
 * more, as a large join does, raises the limit by failing, at last to the engine's own.
 */
const limits = [
  { setting: `SET memory_limit = '96MB'`, rows: 2_000_000 },
  { setting: `SET memory_limit = '128MB'`, rows: 6_000_000 },
  { setting: `SET memory_limit = '512MB'`, rows: 50_000_000 },
  { setting: 'RESET memory_limit', rows: Number.POSITIVE_INFINITY },
] as const;

/**
 * One thread works on the query while Node's own takes the lines away. More threads would each hold blocks of
 * a sort in memory, and the lines are taken no faster.
 */
const readerSettings = ['SET threads = 1', `SET streaming_buffer_size = '256KB'`];

export class Memory {
  readonly #connection: DuckDBConnection;
  /** The limit in force; without one the engine has all it can get. */
  #level: number = limits.length - 1;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** For connections that only read; others keep the engine's own settings. */
  async restrict(): Promise<void> {
    for (const setting of readerSettings) await this.#connection.run(setting);
    await this.#apply(0);
  }

  async #apply(level: number): Promise<void> {
    this.#level = level;
    await this.#connection.run(limits[level]?.setting ?? 'RESET memory_limit');
  }

  /** Raises the limit to what a sort of so many rows is known to need. */
  async fit(rows: number): Promise<void> {
    const level = limits.findIndex((limit) => rows <= limit.rows);
    if (level > this.#level) await this.#apply(level);
  }

  /** False where the engine has all it can get. */
  async raise(): Promise<boolean> {
    if (this.#level >= limits.length - 1) return false;
    await this.#apply(this.#level + 1);
    return true;
  }

  /** Does the work again with more memory for as long as it is short of it. */
  async enough<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isOutOfMemory(error) || !(await this.raise())) throw error;
      }
    }
  }
}

const bytesBetweenCollections = 16_000_000;

function exposedCollector(): (options: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/**
 * Counts bytes of lines, and has Node free those that were used: its collector runs after many objects, and
 * a line's bytes are none, so that it would let them grow to a hundred megabytes. A young collection takes about 1 ms.
 */
export class UsedBytes {
  readonly #collect = exposedCollector();
  #since = 0;

  add(bytes: number): void {
    this.#since += bytes;
    if (this.#since < bytesBetweenCollections) return;
    this.#since = 0;
    this.#collect({ type: 'minor' });
  }
}
