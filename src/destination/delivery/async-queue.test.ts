import { expect, it } from 'vitest';
import { AsyncQueue } from './async-queue.ts';

async function all<T>(queue: AsyncQueue<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of queue.take()) taken.push(item);
  return taken;
}

it('gives what was put before and while it is taken, in order', async () => {
  const queue = new AsyncQueue<number>();
  queue.put(1);
  const taken = all(queue);
  for (const item of [2, 3]) {
    await new Promise((resolve) => setImmediate(resolve));
    queue.put(item);
  }
  queue.put(4);
  queue.close();
  expect(await taken).toEqual([1, 2, 3, 4]);
});

it('throws its failure once all is taken', async () => {
  const queue = new AsyncQueue<number>();
  queue.put(1);
  queue.close(new Error('the reason'));
  const taken: number[] = [];
  const taking = (async () => {
    for await (const item of queue.take()) taken.push(item);
  })();
  await expect(taking).rejects.toThrow('the reason');
  expect(taken).toEqual([1]);
});

it('ends whoever waits for more', async () => {
  const queue = new AsyncQueue<number>();
  const taken = all(queue);
  await new Promise((resolve) => setImmediate(resolve));
  queue.close();
  expect(await taken).toEqual([]);
});
