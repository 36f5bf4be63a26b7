import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AirbyteMessage } from '../../protocol/messages.ts';
import { type Acknowledgement, Ledger } from './ledger.ts';

const state = (stream: string, n: number) => ({
  type: 'STREAM',
  stream: { stream_descriptor: { name: stream }, stream_state: { n } },
});

/** The n of the states that passed, with their stats. */
function passed(messages: readonly AirbyteMessage[]) {
  return messages.map((message) =>
    message.type === 'STATE'
      ? [
          message.state.stream?.stream_state?.n,
          message.state.destinationStats?.recordCount,
          message.state.destinationStats?.rejectedRecordCount,
        ]
      : [],
  );
}

describe('a state', () => {
  it('passes once every earlier record of its stream is settled, and counts them', () => {
    const out: AirbyteMessage[] = [];
    const books = new Ledger(['a', 'b'], (message) => out.push(message));
    const [first, second] = [books.open('a'), books.open('a')];
    const other = books.open('b');
    books.state('a', state('a', 1));
    books.accept(second);
    expect(out).toEqual([]);
    books.reject(first);
    expect(passed(out)).toEqual([[1, 1, 1]]);
    books.accept(other);
    expect(out).toHaveLength(1);
  });

  it('of all streams waits for all of them', () => {
    const out: AirbyteMessage[] = [];
    const books = new Ledger(['a', 'b'], (message) => out.push(message));
    const [a, b] = [books.open('a'), books.open('b')];
    books.state(undefined, { type: 'GLOBAL', global: { stream_states: [] } });
    books.accept(a);
    expect(out).toEqual([]);
    books.reject(b);
    expect(out).toMatchObject([
      { state: { type: 'GLOBAL', destinationStats: { recordCount: 1, rejectedRecordCount: 1 } } },
    ]);
  });

  it('is echoed unchanged', () => {
    const out: AirbyteMessage[] = [];
    const given = {
      type: 'STREAM',
      extra: { deep: [1, null] },
      stream: { stream_descriptor: { name: 'a' } },
    };
    new Ledger(['a'], (message) => out.push(message)).state('a', given);
    expect(out).toEqual([
      { type: 'STATE', state: { ...given, destinationStats: { recordCount: 0, rejectedRecordCount: 0 } } },
    ]);
  });
});

it('never lets a state pass an open record, whatever the order of settling', () => {
  const step = fc.oneof(fc.constant('record' as const), fc.constant('state' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, picks) => {
      /** Each open record with the number of states before it. */
      const open: (readonly [Acknowledgement, number])[] = [];
      let states = 0;
      let echoed = 0;
      const books = new Ledger(['a'], (message) => {
        const n = passed([message])[0]?.[0];
        echoed += 1;
        expect(n).toBe(echoed);
        for (const [, before] of open) expect(before).toBeGreaterThanOrEqual(echoed);
      });
      for (const each of steps) {
        if (each === 'record') open.push([books.open('a'), states]);
        else {
          states += 1;
          books.state('a', state('a', states));
        }
      }
      while (open.length > 0) {
        const [settled] = open.splice((picks.next().value ?? 0) % open.length, 1);
        if (settled !== undefined) books.accept(settled[0]);
      }
      expect(echoed).toBe(states);
    }),
  );
});
