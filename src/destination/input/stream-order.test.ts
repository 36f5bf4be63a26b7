import { expect, it } from 'vitest';
import { parseDestinationConfig } from '../config.ts';
import { mapStreams } from '../mapping/stream-mapping.ts';
import { StreamOrder } from './stream-order.ts';

const names = ['persons', 'objects', 'relationships', 'events'];
const plans = mapStreams(
  {
    streams: names.map((name) => ({
      stream: { name, json_schema: {} },
      sync_mode: 'incremental' as const,
      destination_sync_mode: 'append' as const,
    })),
  },
  parseDestinationConfig({ site_id: 's', api_key: 'k' }),
);

/** Takes records of these streams in turn; what was waited for, before which of them. */
function waits(...streams: string[]): number[] {
  const order = new StreamOrder();
  return streams.flatMap((name, index) => {
    const isMerge = name === 'merge';
    const plan = plans.get(isMerge ? 'persons' : name);
    if (plan === undefined) throw new Error(`no stream ${name}`);
    const mustWait = order.mustWait(plan, isMerge);
    if (mustWait) order.drained();
    order.enter(plan, isMerge);
    return mustWait ? [index] : [];
  });
}

it.each<[string, string[], number[]]>([
  ['one stream', ['persons', 'persons', 'persons'], []],
  ['one after another: each waits for those before it', ['persons', 'persons', 'objects', 'events'], [2, 3]],
  ['persons and events mixed: once', ['persons', 'events', 'persons', 'events', 'persons'], [1]],
  [
    'persons and relationships mixed: always',
    ['persons', 'relationships', 'persons', 'relationships'],
    [1, 2, 3],
  ],
  [
    'objects and relationships mixed: once, since they share a lane',
    ['objects', 'relationships', 'objects'],
    [1],
  ],
  [
    'persons after relationships that were let through',
    ['persons', 'relationships', 'events', 'persons', 'relationships'],
    [1, 2, 4],
  ],
  ['merges alone', ['merge', 'merge'], []],
  [
    'merges among persons: all before them, and all after',
    ['persons', 'persons', 'merge', 'merge', 'persons', 'persons', 'merge'],
    [2, 4, 6],
  ],
  ['relationships after merges', ['persons', 'merge', 'relationships', 'merge', 'events'], [1, 2, 3, 4]],
])('%s', (_what, streams, expected) => {
  expect(waits(...streams)).toEqual(expected);
});
