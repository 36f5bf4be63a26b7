import { describe, expect, it } from 'vitest';
import type { ChangeOutput } from './changes/change-way.ts';
import { type StateOwner, withStates } from './checkpoint-states.ts';

const warehouse = { type: 'duckdb', path: '/data/w.duckdb' } as const;
const owner: StateOwner = { stream: 'persons', way: { name: 'cursor' }, warehouse };
const beat = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const lines = (count: number): ChangeOutput => ({
  type: 'RECORD_LINES',
  stream: 'persons',
  lines: new Uint8Array(),
  count,
});
const checkpoint = (n: number): ChangeOutput => ({ type: 'CHECKPOINT', content: { n } });

/** What comes, until there are enough states; waits where a number of heartbeats is given. */
async function states(given: StateOwner, outputs: readonly (ChangeOutput | 'silence')[], enough: number) {
  const seen: [unknown, number | undefined][] = [];
  let silence = (): void => {};
  async function* slow(): AsyncGenerator<ChangeOutput> {
    for (const output of outputs) {
      if (output !== 'silence') yield output;
      else
        await new Promise<void>((resolve) => {
          silence = resolve;
        });
    }
  }
  for await (const output of withStates(given, slow(), beat)) {
    if (output.type !== 'STATE') continue;
    const { version: _version, warehouse: _warehouse, ...content } = output.state.stream?.stream_state ?? {};
    seen.push([content, output.state.sourceStats?.recordCount]);
    if (seen.length >= enough) silence();
  }
  return seen;
}

describe('while nothing comes', () => {
  it('the last state is repeated, without records', async () => {
    expect(await states(owner, [lines(3), checkpoint(1), 'silence', lines(2), checkpoint(2)], 3)).toEqual([
      [{ way: 'cursor', n: 1 }, 3],
      [{ way: 'cursor', n: 1 }, 0],
      [{ way: 'cursor', n: 1 }, 0],
      [{ way: 'cursor', n: 2 }, 2],
    ]);
  });

  it('it counts the records that came since', async () => {
    expect(await states(owner, [checkpoint(1), lines(3), 'silence', lines(2), checkpoint(2)], 2)).toEqual([
      [{ way: 'cursor', n: 1 }, 0],
      [{ way: 'cursor', n: 1 }, 3],
      [{ way: 'cursor', n: 2 }, 2],
    ]);
  });

  it('it is the one that the read goes on from, as it was', async () => {
    const last = { way: 'snapshot', content: { generation: 4 }, warehouse };
    expect(await states({ ...owner, last }, ['silence', checkpoint(1)], 1)).toEqual([
      [{ way: 'snapshot', generation: 4 }, 0],
      [{ way: 'cursor', n: 1 }, 0],
    ]);
  });

  it('it is one that says nothing on a first read', async () => {
    const way = { name: 'cursor', before: { models: {} } };
    expect(await states({ ...owner, way }, ['silence', checkpoint(1)], 1)).toEqual([
      [{ way: 'cursor', models: {} }, 0],
      [{ way: 'cursor', n: 1 }, 0],
    ]);
  });
});

it('repeats nothing where something comes, or where there is no state', async () => {
  async function* without(): AsyncGenerator<ChangeOutput> {
    yield lines(1);
    await pause(beat * 3);
    yield checkpoint(1);
  }
  const outputs: string[] = [];
  for await (const { type } of withStates(owner, without(), beat)) outputs.push(type);
  expect(outputs).toEqual(['RECORD_LINES', 'STATE']);
});

it('ends the read where its own reader has gone', async () => {
  let isClosed = false;
  async function* endless(): AsyncGenerator<ChangeOutput> {
    try {
      for (;;) yield lines(1);
    } finally {
      isClosed = true;
    }
  }
  for await (const _output of withStates(owner, endless(), beat)) break;
  expect(isClosed).toBe(true);
});
