import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../errors/connector-error.ts';
import type { DestinationInput } from '../../protocol/connector.ts';
import { parseMessage } from '../../protocol/lines/parse-message.ts';
import type { ConfiguredAirbyteCatalog } from '../../protocol/messages.ts';
import { parseDestinationConfig } from '../config.ts';
import { toOperation } from '../mapping/operation.ts';
import { mapStreams } from '../mapping/stream-mapping.ts';
import { readReject, rejectLines } from './reject-line.ts';
import { openReplay, replayed } from './replay.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});

afterEach(() => rm(folder, { recursive: true }));

const config = parseDestinationConfig({
  site_id: 's',
  api_key: 'k',
  streams: [
    {
      stream: 'purchases',
      as: 'events',
      user_id: 'buyer',
      timestamp: 'at',
      event_name: 'purchase',
      message_id: 'no',
    },
  ],
});
const time = { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' };
const catalog: ConfiguredAirbyteCatalog = {
  streams: [
    ['persons', { userId: { type: 'string' }, seenAt: time, Score: { type: 'number' } }],
    ['purchases', { at: time, first_at: time }],
    ['accounts', { groupId: { type: 'string' }, opened: time }],
  ].map(([name, properties]) => ({
    stream: { name: String(name), json_schema: { type: 'object', properties } },
    sync_mode: 'incremental',
    destination_sync_mode: 'append',
    ...(name === 'accounts' ? { destination_object_name: 'object' } : {}),
  })),
};
const refusal = { reason: 'too_long', field: 'attributes.bio', message: 'A "bio", "record":{} and more.' };

const recordLine = (stream: string, data: string): string =>
  `{"type":"RECORD","record":{"stream":"${stream}","namespace":"ns","data":${data},"emitted_at":1}}`;

/** Lines as they come, awkward ones among them. */
const lines: readonly (readonly [string, string])[] = [
  [
    'persons',
    '{"userId":"ann@x.io","seenAt":"2024-01-02 00:00:00.123456789","n":12345678901234567890,"__proto__":1}',
  ],
  ['persons', '{"_airbyte_raw_id":"r","userid":"bob","seenat":"2024-01-02 00:00:00","score":"0.250000000"}'],
  [
    'purchases',
    '{"buyer":"ann@x.io","at":"2024-01-02 00:00:00","first_at":"2020-01-01 00:00:00","no":17,"record":"x"}',
  ],
  ['purchases', '{"buyer":"ann@x.io","cost":1.10,"text":"\\u2028 ☃"}'],
  ['accounts', '{"groupId":"A","objectTypeId":1,"opened":"2024-01-02 00:00:00"}'],
];

/** What a catalog and a config make of a line. */
function operationOf(line: string, of: ConfiguredAirbyteCatalog): unknown {
  const message = parseMessage({ text: line, number: 1 });
  if (message.type !== 'RECORD') throw new Error('no record');
  const plan = mapStreams(of, config).get(message.record.stream);
  return plan === undefined ? undefined : toOperation(plan, config)(message.record.data);
}

async function write(name: string, texts: readonly string[], end = '\n'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, texts.join('\n') + end);
  return path;
}

const rejectsOf = (some: typeof lines): string[] => {
  const lineOf = rejectLines(mapStreams(catalog, config));
  return some.map(([stream, data]) => lineOf(stream, recordLine(stream, data), refusal));
};

async function linesOf(path: string) {
  const replay = await openReplay(path);
  const items: DestinationInput[] = await Array.fromAsync(replayed(replay, new AbortController().signal));
  const texts = items.flatMap((item) => (item.type === 'LINES' ? Buffer.from(item.lines).toString() : []));
  return { replay, records: texts.join('').trimEnd().split('\n') };
}

describe('replay', () => {
  it('makes of each record the very operation that the first write made', async () => {
    const { replay, records } = await linesOf(await write('a.ndjson', rejectsOf(lines)));
    expect(records).toHaveLength(lines.length);
    for (const [index, [stream, data]] of lines.entries()) {
      const first = operationOf(recordLine(stream, data), catalog);
      expect(first).toHaveProperty('body');
      expect(operationOf(records[index] ?? '', replay.catalog)).toEqual(first);
    }
  });

  it('a reject keeps the record as it came, and only the types that decide what is sent', () => {
    const [plain = '', cached = ''] = rejectsOf(lines);
    expect(plain).toContain(`"record":${recordLine('persons', lines[0]?.[1] ?? '')}`);
    expect(readReject(plain)).toMatchObject({ name: 'persons', as: 'persons', schema: { seenAt: time } });
    const columnsOf = (line: string) => Object.keys(JSON.parse(line).schema);
    expect(columnsOf(plain)).toEqual(['seenAt']);
    expect(columnsOf(cached)).toEqual(['userId', 'seenAt', 'Score']);
  });

  it('takes the files of a folder in the order of their runs, and leaves them as they are', async () => {
    const [first = '', , third = ''] = rejectsOf(lines);
    await write('rejects-2024-02.ndjson', [third]);
    await write('rejects-2024-01.ndjson', [first, first]);
    await write('notes.txt', ['no reject']);
    const { replay, records } = await linesOf(folder);
    expect([...replay.counts]).toEqual([
      ['persons', 2],
      ['purchases', 1],
    ]);
    expect(records.map((line) => JSON.parse(line).record.stream)).toEqual([
      'persons',
      'persons',
      'purchases',
    ]);
    expect(await readFile(join(folder, 'rejects-2024-01.ndjson'), 'utf8')).toBe(`${first}\n${first}\n`);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('tells streams of one name apart by their namespace', async () => {
    const two: ConfiguredAirbyteCatalog = {
      streams: ['crm', 'shop'].map((namespace) => ({
        stream: {
          name: 'users',
          namespace,
          json_schema: { properties: namespace === 'crm' ? { seen: time } : {} },
        },
        sync_mode: 'incremental',
        destination_sync_mode: 'append',
        destination_object_name: 'identify',
      })),
    };
    const plans = mapStreams(two, config);
    const data = '{"userId":"u","seen":"2024-01-02 00:00:00"}';
    const line = (key: string, namespace: string) =>
      rejectLines(plans)(key, recordLine('users', data).replace('"ns"', `"${namespace}"`), refusal);
    const path = await write('a.ndjson', [line('crm.users', 'crm'), line('shop.users', 'shop')]);
    const { replay } = await linesOf(path);
    const again = mapStreams(replay.catalog, config);
    expect([...again.keys()]).toEqual([...plans.keys()]);
    expect([...again.values()].map(({ timestamps }) => [...timestamps])).toEqual([['seen'], []]);
  });

  it('a last line that was cut short by a crash is told, and the others are sent', async () => {
    const [first = '', second = ''] = rejectsOf(lines);
    for (const length of [1, 40, second.length - 1]) {
      const path = await write('a.ndjson', [first, second.slice(0, length)], '');
      const { replay, records } = await linesOf(path);
      expect(replay.torn).toEqual([path]);
      expect(records).toHaveLength(1);
    }
  });

  it('a last line that lacks only its newline is whole', async () => {
    const { replay, records } = await linesOf(await write('a.ndjson', rejectsOf(lines), ''));
    expect([replay.torn, records.length]).toEqual([[], lines.length]);
  });

  it.each<[string, (good: string) => readonly string[], RegExp]>([
    [
      'a broken line in the middle',
      (good) => [good, good.slice(0, 50), good],
      /a\.ndjson, line 2, is not a line of a rejects/,
    ],
    ['a broken last line that a newline ends', (good) => [good, good.slice(0, 50)], /line 2, is not a line/],
    ['Airbyte messages', () => [recordLine('persons', '{}')], /line 1, is not a line/],
    [
      'a rejects line of another program',
      () => ['{"stream":"persons","record":{}}'],
      /line 1, is not a line/,
    ],
    ['nothing', () => [], /contains no rejected record/],
    [
      'one stream that is two things',
      (good) => [good, good.replace('"as":"persons"', '"as":"events"')],
      /"persons" is persons in .* and events in/,
    ],
  ])('%s is refused before anything is sent', async (_name, of, message) => {
    const path = await write('a.ndjson', of(rejectsOf(lines)[0] ?? ''));
    await expect(openReplay(path).catch((error) => Promise.reject(messageOf(error)))).rejects.toMatch(
      message,
    );
  });

  it('a path that is not there, and a folder without rejects, are told', async () => {
    await expect(openReplay(join(folder, 'none'))).rejects.toThrow(
      /none cannot be read: there is no such file or folder/,
    );
    await expect(openReplay(folder)).rejects.toThrow(/has no rejects file/);
  });
});
