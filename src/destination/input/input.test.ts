import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { untilAborted } from './input.ts';

const never = new Promise<never>(() => undefined);

it('ends at the signal, though its input says nothing more', async () => {
  const controller = new AbortController();
  async function* silent() {
    yield 1;
    await never;
  }
  const got: number[] = [];
  for await (const value of untilAborted(silent(), controller.signal)) {
    got.push(value);
    setTimeout(() => controller.abort(), 10);
  }
  expect(got).toEqual([1]);
});

it('takes nothing once the signal has come', async () => {
  async function* endless() {
    for (let n = 0; ; n += 1) yield n;
  }
  const controller = new AbortController();
  controller.abort();
  expect(await Array.fromAsync(untilAborted(endless(), controller.signal))).toEqual([]);
});

it('lets its input close when nobody reads on', async () => {
  let closed = false;
  async function* open() {
    try {
      for (let n = 0; ; n += 1) yield n;
    } finally {
      closed = true;
    }
  }
  for await (const _ of untilAborted(open(), new AbortController().signal)) break;
  await new Promise(setImmediate);
  expect(closed).toBe(true);
});

it('passes on what its input throws', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1;
    throw new Error('cable cut');
  }
  const reading = Array.fromAsync(untilAborted(broken(), new AbortController().signal));
  await expect(reading).rejects.toThrow('cable cut');
});

it('holds no value that was read', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const refs: WeakRef<object>[] = [];
  async function* values() {
    for (let n = 0; n < 100; n += 1) {
      const value = { n };
      refs.push(new WeakRef(value));
      yield value;
    }
  }
  let held = 0;
  for await (const { n } of untilAborted(values(), new AbortController().signal)) {
    if (n !== 99) continue;
    await new Promise(setImmediate);
    collect();
    held = refs.filter((ref) => ref.deref() !== undefined).length;
  }
  expect(held).toBeLessThan(5);
});
