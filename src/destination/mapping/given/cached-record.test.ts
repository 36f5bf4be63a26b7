import { describe, expect, it } from 'vitest';
import { parseDestinationConfig } from '../../config.ts';
import { mapStreams } from '../stream-mapping.ts';
import { asTheSourceMadeIt } from './cached-record.ts';

const number = { type: ['null', 'number'] };
const text = { type: ['null', 'string'] };
const json_schema = {
  properties: { userId: text, 'Lead score': number, zip: text, big: number, user_id: text },
};
const config = parseDestinationConfig({ site_id: 's', api_key: 'k' });
const stream = { name: 'persons', json_schema, supported_sync_modes: [] };
const plan = mapStreams(
  { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }] },
  config,
).get('persons');
if (plan === undefined) throw new Error('no plan');
const restore = asTheSourceMadeIt(plan);
const mark = { _airbyte_raw_id: '1' };

describe('a record from a cache', () => {
  it('gets back the names of its columns', () => {
    expect(restore({ userid: 'a', user_id: 'b', anonymousid: 'c', other: 1, ...mark })).toEqual({
      userId: 'a',
      user_id: 'b',
      anonymousId: 'c',
      other: 1,
      ...mark,
    });
  });

  it.each([
    ['0.250000000', '0.25'],
    ['0E-9', '0'],
    ['-12.000000000', '-12'],
    ['100', '100'],
    ['9007199254740993.000000000', '9007199254740993'],
    ['none', '"none"'],
  ])('gets back the number %s', (cached, original) => {
    expect(JSON.stringify(restore({ lead_score: cached, ...mark })['Lead score'])).toBe(original);
  });

  it('keeps text that only looks like a number', () => {
    expect(restore({ zip: '01230', ...mark })).toEqual({ zip: '01230', ...mark });
  });
});

it('leaves every other record as it is', () => {
  const record = { userid: 'a', 'Lead score': '1' };
  expect(restore(record)).toBe(record);
});
