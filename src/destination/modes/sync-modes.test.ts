import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationInput } from '../../protocol/connector.ts';
import type { ConfiguredAirbyteStream, DestinationSyncMode } from '../../protocol/messages.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { customerIoDestination } from '../destination.ts';
import { openReplay, replayed } from '../settlement/replay.ts';

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  folder = await mkdtemp(join(tmpdir(), 'modes-'));
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const configOf = (rest: Row = {}): Row => ({
  site_id: 'site',
  api_key: 'key',
  endpoint: simulator.url,
  rejects: folder,
  max_rejects: '100%',
  ...rest,
});

const streamOf = (
  name: string,
  destination_sync_mode: DestinationSyncMode,
  rest: Partial<ConfiguredAirbyteStream> = {},
): ConfiguredAirbyteStream => ({
  stream: { name, json_schema: {} },
  sync_mode: 'incremental',
  destination_sync_mode,
  ...rest,
});

async function* records(stream: string, rows: readonly Row[]): AsyncGenerator<DestinationInput> {
  for (const data of rows) yield { type: 'RECORD', record: { stream, data, emitted_at: 1 } };
}

async function write(stream: ConfiguredAirbyteStream, rows: readonly Row[], rest: Row = {}) {
  const warnings: string[] = [];
  const { signal } = new AbortController();
  const input = records(stream.stream.name, rows);
  const catalog = { streams: [stream] };
  for await (const message of customerIoDestination.write({
    config: configOf(rest),
    catalog,
    input,
    signal,
  })) {
    if (message.type === 'LOG' && message.log.level === 'WARN') warnings.push(message.log.message);
  }
  return warnings;
}

async function operations(rest: Row = {}) {
  for await (const message of customerIoDestination.discover(configOf(rest))) {
    if (message.type === 'DESTINATION_CATALOG') return message.destination_catalog.operations;
  }
  throw new Error('no catalog');
}

const removesAll = { removals: { persons: 'remove', objects: 'remove', relationships: 'remove' } };
const person = (n: number, rest: Row = {}): Row => ({ userId: `u${n}`, ...rest });

describe('discover', () => {
  const modesOf = async (rest: Row) =>
    Object.fromEntries(
      Map.groupBy(await operations(rest), ({ object_name }) => object_name)
        .entries()
        .map(([name, found]) => [name, found.map(({ sync_mode }) => sync_mode)]),
    );

  it.each([
    [
      'by default',
      {},
      {
        identify: ['append_dedup', 'update'],
        track: ['append'],
        object: ['append_dedup'],
        relationship: ['append_dedup', 'soft_delete'],
      },
    ],
    [
      'where everything is removed, by the Pipelines API',
      { ...removesAll, api: 'pipelines', write_key: 'write' },
      {
        identify: ['append_dedup', 'soft_delete'],
        track: ['append'],
        object: ['append_dedup', 'soft_delete'],
        relationship: ['append_dedup', 'soft_delete'],
      },
    ],
  ])('offers what is done %s', async (_name, rest, modes) => {
    expect(await modesOf(rest)).toEqual(modes);
  });

  it('names matching keys where a record is matched, and asks a removal for its key alone', async () => {
    for (const { object_name, sync_mode, matching_keys, json_schema } of await operations(removesAll)) {
      expect([object_name, matching_keys === undefined]).toEqual([object_name, sync_mode === 'append']);
      if (sync_mode === 'soft_delete') expect([json_schema.required]).toEqual(matching_keys);
    }
  });
});

describe('update', () => {
  it.each([1, 299])('changes who exists and creates nobody, with %i attributes', async (count) => {
    await write(streamOf('persons', 'append'), [person(1, { plan: 'old' })]);
    const traits = Object.fromEntries(Array.from({ length: count - 1 }, (_, n) => [`a${n}`, n]));
    await write(streamOf('persons', 'update'), [
      person(1, { plan: 'new', ...traits }),
      person(2, { plan: 'new', ...traits }),
    ]);
    expect(simulator.store.counts()).toMatchObject({ people: 1 });
    expect(simulator.store.person({ id: 'u1' })?.attributes).toMatchObject({ plan: 'new' });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['events', {}, 'not events'],
    ['objects', {}, 'not objects'],
    ['relationships', {}, 'not relationships'],
    ['persons', { api: 'pipelines', write_key: 'write' }, 'Pipelines API'],
  ])('of %s is refused where it would create', async (name, rest, words) => {
    await expect(write(streamOf(name, 'update'), [], rest)).rejects.toThrow(words);
  });
});

describe('soft_delete', () => {
  const relationship = { groupId: 'g', objectTypeId: '1', userId: 'u1' };
  const object = { groupId: 'g', objectTypeId: '1' };

  beforeEach(async () => {
    await write(streamOf('persons', 'append'), [person(1), person(2)]);
    await write(streamOf('objects', 'append'), [object]);
    await write(streamOf('relationships', 'append'), [relationship]);
  });

  it('removes what the records name and creates nobody', async () => {
    await write(streamOf('relationships', 'soft_delete'), [relationship]);
    expect(simulator.store.person({ id: 'u1' })?.relationships).toEqual([]);
    await write(streamOf('persons', 'soft_delete'), [person(1, { plan: 'x' }), person(9)], removesAll);
    await write(streamOf('objects', 'soft_delete'), [object], removesAll);
    expect(simulator.store.counts()).toMatchObject({ people: 1, objects: 0 });
  });

  it('says so where the policy removes nothing', async () => {
    const warnings = await write(streamOf('persons', 'soft_delete'), [person(1), person(9)]);
    expect(warnings).toEqual([expect.stringContaining('removals.persons is "ignore"')]);
    expect(simulator.store.counts()).toMatchObject({ people: 2 });
  });

  it('of events is refused', async () => {
    await expect(write(streamOf('events', 'soft_delete'), [])).rejects.toThrow('cannot take an event back');
  });

  it('is still that when its rejects are replayed', async () => {
    await expect(
      write(streamOf('persons', 'soft_delete'), [{ userId: 'x'.repeat(200) }], removesAll),
    ).rejects.toThrow('the only row was rejected');
    const opened = await openReplay(folder);
    expect(opened.catalog.streams).toMatchObject([{ destination_sync_mode: 'soft_delete' }]);
    const { signal } = new AbortController();
    const [lines] = await Array.fromAsync(replayed(opened, signal));
    expect(lines).toMatchObject({ type: 'LINES' });
  });
});

describe('a stream that is to replace what was sent', () => {
  const nothing = expect.stringContaining('nothing is removed from Customer.io');

  it.each([
    ['overwrite', streamOf('persons', 'overwrite'), [nothing]],
    [
      'a refresh',
      streamOf('persons', 'append_dedup', { generation_id: 3, minimum_generation_id: 3 }),
      [nothing],
    ],
    ['a sync', streamOf('persons', 'append_dedup', { generation_id: 3, minimum_generation_id: 0 }), []],
    ['a first sync', streamOf('persons', 'append', { generation_id: 0, minimum_generation_id: 0 }), []],
  ])('%s says what is not done', async (_name, stream, said) => {
    expect(await write(stream, [person(1)])).toEqual(said);
    expect(simulator.store.counts()).toMatchObject({ people: 1 });
  });
});
