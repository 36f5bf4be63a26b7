import { describe, expect, it } from 'vitest';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { modelStatesOf } from './cursor/model-state.ts';
import { stateMessageOf, streamStateOf } from './state.ts';
import { requireKnownWay } from './ways.ts';

const warehouse = { type: 'duckdb', path: '/data/w.duckdb' } as const;
const models = { identify: { definition: 'd', timestamp: '2025-01-01T00:00:00', key: 'a' } };

const messageOf = (stream_state: Record<string, unknown>): AirbyteStateMessage[] => [
  { type: 'STREAM', stream: { stream_descriptor: { name: 'persons' }, stream_state } },
];

describe('a state is read', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['of version 1', { models, warehouse }, { way: 'cursor', content: { models }, warehouse }],
    [
      'of version 1 before it named a warehouse',
      { models },
      { way: 'cursor', content: { models }, warehouse: undefined },
    ],
    [
      'of version 2, by cursor',
      { version: 2, way: 'cursor', models, warehouse },
      { way: 'cursor', content: { models }, warehouse },
    ],
    [
      'of version 2, in full',
      { version: 2, way: 'full', warehouse },
      { way: 'full', content: {}, warehouse },
    ],
  ])('%s', (_what, state, expected) => {
    expect(streamStateOf(messageOf(state), 'persons')).toEqual(expected);
  });

  it.each(['cursor', 'full'])('as it was written (%s)', (way) => {
    const state = { way, content: way === 'cursor' ? { models } : {}, warehouse };
    expect(streamStateOf([stateMessageOf('persons', state, 1)], 'persons')).toEqual(state);
  });

  it.each<[string, readonly AirbyteStateMessage[]]>([
    ['that is not there', []],
    ['of another stream', messageOf({ models }).map((state) => ({ ...state, stream: other }))],
    ['that is empty', messageOf({})],
  ])('as none %s', (_what, states) => {
    expect(streamStateOf(states, 'persons')).toBeUndefined();
  });
});

const other = { stream_descriptor: { name: 'events' }, stream_state: { models } };

describe('a state is refused', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'of a newer version',
      { version: 3, way: 'cursor', models, warehouse },
      /stream persons was written by a newer version of this connector: it has version 3, .* up to version 2\. Use the newer version again; or restore .*; or reset the stream/,
    ],
    ['of version 0', { version: 0, models, warehouse }, /not written by this source/],
    ['of a version that is no number', { version: '2', way: 'cursor', models, warehouse }, /not written by/],
    ['of version 2 without a way', { version: 2, models, warehouse }, /not written by this source/],
    ['of version 2 without a warehouse', { version: 2, way: 'cursor', models }, /not written by this source/],
    ['of a warehouse that is none', { models, warehouse: { type: 'csv' } }, /not written by this source/],
    ['of another source', { cursor: '2025-01-01' }, /not written by this source/],
    ['of version 1 with more than it had', { models, way: 'cursor' }, /not written by this source/],
  ])('%s', (_what, state, message) => {
    expect(() => streamStateOf(messageOf(state), 'persons')).toThrow(message);
  });

  it('of a way that only a newer version knows', () => {
    const [state] = messageOf({ version: 2, way: 'diff', generation: 7, warehouse });
    const found = streamStateOf(state === undefined ? [] : [state], 'persons');
    expect(() => found && requireKnownWay('persons', found)).toThrow(
      /stream persons was written by a newer version of this connector: it finds changes by "diff", this version by snapshot, cursor or full\. Use the newer version again; or restore .*; or reset the stream/,
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['no models', {}],
    ['models that are a list', { models: [] }],
    ['a model that is a text', { models: { identify: 'd' } }],
    ['a model without its definition', { models: { identify: { timestamp: 't', key: 'k' } } }],
    ['a timestamp without its key', { models: { identify: { definition: 'd', timestamp: 't' } } }],
    ['a key that is a number', { models: { identify: { definition: 'd', key: 1 } } }],
    ['a recipe of ids that is unknown', { models: { identify: { definition: 'd', ids: 3 } } }],
    ['anchors that are none', { models: { identify: { definition: 'd', anchors: [['t', 'k']] } } }],
    ['what a model never had', { models: { identify: { definition: 'd', position: 1 } } }],
    ['what a cursor never had', { models, generation: 1 }],
  ])('as a cursor with %s', (_what, content) => {
    expect(modelStatesOf(content)).toBeUndefined();
  });
});
