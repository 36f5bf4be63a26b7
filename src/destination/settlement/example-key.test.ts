import { expect, it } from 'vitest';
import { parseDestinationConfig } from '../config.ts';
import { mapStreams } from '../mapping/stream-mapping.ts';
import { exampleKey } from './example-key.ts';

const modes = { sync_mode: 'incremental' as const, destination_sync_mode: 'append' as const };
const streams = ['persons', 'objects', 'relationships', 'events', 'customers'];
const catalog = { streams: streams.map((name) => ({ stream: { name, json_schema: {} }, ...modes })) };
const mapping = { stream: 'customers', as: 'persons', user_id: 'customer_no' };
const plans = mapStreams(catalog, parseDestinationConfig({ site_id: 's', api_key: 'k', streams: [mapping] }));

const row = (data: string) => `{"type":"RECORD","record":{"stream":"x","emitted_at":1,"data":${data}}}`;

it.each([
  ['persons', row('{"userId":"u1","timestamp":1}'), 'u1'],
  ['persons', row('{"userId":12345678901234567890}'), '12345678901234567890'],
  ['persons', row('{"userId":null,"anonymousId":"a1"}'), 'a1'],
  ['persons', row('{"userId":" "}'), null],
  ['objects', row('{"groupId":"L0001","objectTypeId":1}'), '1/L0001'],
  ['objects', row('{"groupId":"L0001"}'), 'L0001'],
  ['relationships', row('{"userId":"u1","groupId":"L0001","objectTypeId":"1"}'), '1/L0001/u1'],
  ['events', row('{"userId":"u1","messageId":"m1"}'), 'm1'],
  ['events', row('{"userId":"u1"}'), 'u1'],
  ['customers', row('{"userId":"other","customer_no":7}'), '7'],
  ['persons', row('{"_airbyte_raw_id":"r","userid":"u1"}'), 'u1'],
  ['persons', row(`{"userId":"${'é'.repeat(100)}"}`), `${'é'.repeat(75)}…`],
  ['persons', row(`{"userId":"u1","deep":${'['.repeat(9_000)}${']'.repeat(9_000)}}`), 'u1'],
  ['persons', 'null', null],
  ['persons', '{"type":"RECORD","record"', null],
  ['', row('{"userId":"u1"}'), null],
])('of a record of %s', (stream, record, key) => {
  expect(exampleKey(record, plans.get(stream))).toEqual(key);
});
