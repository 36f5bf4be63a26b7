import { type DuckDBConnection, DuckDBInstance, type DuckDBVector } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Memory } from '../memory.ts';
import { UnderWay } from '../under-way.ts';
import type { CopyFrom } from './line-bytes.ts';
import { streamLines } from './lines.ts';
import { provenCopy } from './proven-copy.ts';

const copyFrom: CopyFrom = bindings.get_data_from_pointer;

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** The connection, but for a vector whose data view is moved or gone, as in another layout. */
function withVector(change: (vector: DuckDBVector) => DuckDBVector): DuckDBConnection {
  return new Proxy(connection, {
    get: (target, name) => {
      if (name !== 'stream') return Reflect.get(target, name, target);
      return async (sql: string) => {
        const result = await target.stream(sql);
        const fetchChunk = async () => {
          const chunk = await result.fetchChunk();
          if (chunk === null) return null;
          return { rowCount: chunk.rowCount, getColumnVector: () => change(chunk.getColumnVector(0)) };
        };
        return { fetchChunk };
      };
    },
  });
}

const movedBy = (bytes: number) => (vector: DuckDBVector) => {
  const { dataView } = vector as unknown as { dataView: DataView };
  const data = new Uint8Array(dataView.byteLength + bytes);
  data.set(new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength), bytes);
  return { ...vector, dataView: new DataView(data.buffer) } as unknown as DuckDBVector;
};

async function linesWith(copy: CopyFrom | undefined): Promise<string> {
  const memory = new Memory(connection);
  const close = async (): Promise<void> => undefined;
  const database = {
    connection,
    underWay: new UnderWay(),
    memory,
    close,
    copyFrom: copy,
    catalog: 'memory',
    schema: 'main',
  };
  const sql = `SELECT encode(concat('line ', i, repeat('ü', (i % 40)::INTEGER), chr(10))) AS line FROM range(5000) r(i)`;
  const parts: Uint8Array[] = [];
  for await (const { bytes } of streamLines(database, sql)) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

describe('reading lines by address', () => {
  it('is proven on this engine', async () => {
    expect(await provenCopy(connection, copyFrom)).toBe(copyFrom);
  });

  it.each<[string, CopyFrom]>([
    [
      'gives other bytes',
      (pointer, offset, length) => copyFrom(pointer, offset, length).map((byte) => byte ^ 1),
    ],
    ['gives too few', (pointer, offset, length) => copyFrom(pointer, offset, length - 1)],
    ['gives nothing', () => new Uint8Array()],
    [
      'fails',
      () => {
        throw new Error('no such function');
      },
    ],
  ])('is not used where the copying function %s', async (_, broken) => {
    expect(await provenCopy(connection, broken)).toBeUndefined();
  });

  it.each([4, 8, 16])('follows no address where the layout is moved by %i bytes', async (bytes) => {
    const copy = vi.fn<CopyFrom>(() => new Uint8Array());
    expect(await provenCopy(withVector(movedBy(bytes)), copy)).toBeUndefined();
    expect(copy).not.toHaveBeenCalled();
  });

  it('is proven through the same double whose layout is not moved', async () => {
    expect(
      await provenCopy(
        withVector((vector) => vector),
        copyFrom,
      ),
    ).toBe(copyFrom);
  });

  it('gives the lines that are given one by one', async () => {
    const slow = await linesWith(undefined);
    expect(slow.split('\n')).toHaveLength(5001);
    expect(await linesWith(copyFrom)).toBe(slow);
  });
});
