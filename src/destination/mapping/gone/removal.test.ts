import { describe, expect, it } from 'vitest';
import { toCall } from '../../api/pipelines/call.ts';
import { parseDestinationConfig } from '../../config.ts';
import { planOf, type Row } from '../bytes/both-paths.fixture.ts';
import { toOperation } from '../operation.ts';

function mapped(stream: string, row: Row, rest: Row = {}) {
  const config = parseDestinationConfig({ site_id: 's', api_key: 'k', write_key: 'w', ...rest });
  const map = config.api === 'pipelines' ? toCall : toOperation;
  const result = map(planOf(stream, config), config)(row);
  return 'body' in result ? { ...result, body: JSON.parse(result.body) } : result;
}

const timestamp = '2024-06-01T00:00:00';
const bases: Readonly<Record<string, Row>> = {
  persons: { userId: 'u1', timestamp },
  objects: { groupId: 'g1', objectTypeId: '1', timestamp },
  relationships: { userId: 'u1', groupId: 'g1', objectTypeId: '1', timestamp },
  events: { userId: 'u1', timestamp, event: 'seen' },
};
const removedAt = { _ab_cdc_deleted_at: '2024-06-01T00:00:00Z' };
const base: Row = { ...bases.persons };
const gone = { ...base, ...removedAt };
const seconds = 1_717_200_000;

describe('a removal is a time', () => {
  const streams = ['persons', 'objects', 'relationships', 'events'] as const;
  const removals = { persons: 'remove', objects: 'remove' };
  const wrong = [
    '',
    ' ',
    false,
    true,
    0,
    1,
    '1900-01-01',
    -5,
    '0',
    'yes',
    'false',
    {},
    [],
    [1],
    '1970-01-01T00:00:00Z',
    '0001-01-01',
  ];
  const far = ['9999-12-31T00:00:00Z', '2999-01-01', 32_503_680_000];
  it.each(streams.flatMap((stream) => [...wrong, ...far].map((value) => [stream, value])))(
    'of %s, and not %j',
    (stream, value) => {
      const row = { ...bases[String(stream)], _ab_cdc_deleted_at: value };
      expect(mapped(String(stream), row, { removals })).toMatchObject({
        reason: 'invalid',
        field: '_ab_cdc_deleted_at',
        message: expect.stringContaining('must be the time of the removal'),
      });
    },
  );

  it.each([
    '2024-06-01T00:00:00Z',
    '2024-06-01 00:00:00.123',
    '2024-06-01',
    seconds,
    seconds * 1000,
    `${seconds}`,
  ])('such as %j', (value) => {
    const row = { ...base, _ab_cdc_deleted_at: value };
    expect(mapped('persons', row, { removals })).toMatchObject({ body: { action: 'delete' } });
  });

  it.each([null, undefined])('and %j is none', (value) => {
    const row = { ...base, _ab_cdc_deleted_at: value };
    expect(mapped('persons', row, { removals })).toMatchObject({ body: { action: 'identify' } });
  });
});

describe('marks', () => {
  const removals = { persons: 'mark', objects: 'mark' };
  const named = { ...removals, mark_attribute: 'left at' };

  it.each([
    ['persons', removals, { removed_from_warehouse_at: seconds, _update: true }],
    ['persons', named, { 'left at': seconds, _update: true }],
    ['objects', removals, { removed_from_warehouse_at: seconds }],
    ['objects', named, { 'left at': seconds }],
  ])('of %s are attributes: %j', (stream, given, attributes) => {
    const marked = mapped(stream, { ...bases[stream], ...removedAt, name: 'not sent' }, { removals: given });
    expect(marked).toMatchObject({ removal: { fate: 'mark' } });
    expect(marked).toHaveProperty('body.action', 'identify');
    expect(marked).toHaveProperty('body.attributes', attributes);
  });

  it.each(['persons', 'objects'])('of %s are traits in the Pipelines API', (stream) => {
    const marked = mapped(stream, { ...bases[stream], ...removedAt }, { api: 'pipelines', removals });
    const type = stream === 'objects' ? { objectTypeId: '1' } : {};
    expect(marked).toHaveProperty('body.traits', { removed_from_warehouse_at: seconds, ...type });
  });

  it.each(['persons', 'objects'])('of %s are unset by a row that is there', (stream) => {
    const row = { ...bases[stream], name: 'A', removed_from_warehouse_at: 7 };
    const type = stream === 'objects' ? { objectTypeId: '1' } : {};
    const unset = { name: 'A', removed_from_warehouse_at: null };
    expect(mapped(stream, row, { removals })).toHaveProperty('body.attributes', unset);
    expect(mapped(stream, row, { api: 'pipelines', removals })).toHaveProperty('body.traits', {
      ...unset,
      ...type,
    });
    expect(mapped(stream, row)).toHaveProperty('body.attributes', {
      name: 'A',
      removed_from_warehouse_at: 7,
    });
  });

  it.each(['id', 'email', 'cio_id', 'n'.repeat(151), '', '__proto__'])(
    'are not called %j',
    (mark_attribute) => {
      expect(() => mapped('persons', base, { removals: { mark_attribute } })).toThrow(
        /removals\.mark_attribute/,
      );
    },
  );
});

describe('a person who has become another', () => {
  const moved = { ...gone, mergedInto: 'u2' };

  it.each([
    ['u1', 'u2', {}, { id: 'u2' }, { id: 'u1' }],
    ['a@b.c', 'd@e.f', {}, { email: 'd@e.f' }, { email: 'a@b.c' }],
    ['u1', 'd@e.f', {}, { email: 'd@e.f' }, { id: 'u1' }],
    ['a@b.c', 7, {}, { id: '7' }, { email: 'a@b.c' }],
    ['f01', 'f02', { identifier: 'cio_id' }, { cio_id: 'f02' }, { cio_id: 'f01' }],
    ['a@b.c', 'd@e.f', { identifier: 'id' }, { id: 'd@e.f' }, { id: 'a@b.c' }],
    [' u1 ', ' u2\u00a0', {}, { id: 'u2' }, { id: 'u1' }],
    [' u1', ' u2', { trim_identifiers: false }, { id: ' u2' }, { id: ' u1' }],
  ])('is merged: %j into %j %j', (userId, mergedInto, config, primary, secondary) => {
    const merge = mapped('persons', { ...moved, userId, mergedInto, name: 'not sent' }, config);
    expect(merge).toMatchObject({ key: 'merge', removal: { fate: 'merge' } });
    expect(merge).toHaveProperty('body', { type: 'person', action: 'merge', primary, secondary });
  });

  it.each([
    ['merge', 'ignore', { body: { action: 'merge' } }],
    ['merge', 'remove', { body: { action: 'merge' } }],
    ['ignore', 'remove', { ignored: true }],
    ['remove', 'ignore', { body: { action: 'delete', identifiers: { id: 'u1' } } }],
  ])('follows persons_moved: %s before persons: %s', (persons_moved, persons, expected) => {
    expect(mapped('persons', moved, { removals: { persons_moved, persons } })).toMatchObject(expected);
  });

  it.each([null, undefined])('is a removed one where nobody is named: %j', (mergedInto) => {
    const row = { ...gone, mergedInto };
    expect(mapped('persons', row, { removals: { persons: 'remove' } })).toMatchObject({
      body: { action: 'delete' },
    });
    expect(mapped('persons', row)).toEqual({ ignored: true });
  });

  it.each([
    ['remove', { body: { event: 'User Deleted' }, removal: { unmerged: true } }],
    ['mark', { body: { type: 'identify' }, removal: { unmerged: true } }],
    ['ignore', { ignored: true, removal: { unmerged: true } }],
  ])('is a removed one in the Pipelines API, with persons: %s', (persons, expected) => {
    expect(mapped('persons', moved, { api: 'pipelines', removals: { persons } })).toMatchObject(expected);
  });

  describe.each(['merge', 'ignore', 'remove'])('with persons_moved: %s', (persons_moved) => {
    const removals = { persons_moved };
    it.each([
      ['u1', /is the userId itself/],
      [' u1 ', /is the userId itself/],
      ['', /empty/],
      [' ', /empty/],
      [{}, /empty/],
      [['u2'], /empty/],
      ['x'.repeat(151), /151 bytes/],
    ])('is refused for %j', (mergedInto, message) => {
      expect(mapped('persons', { ...moved, mergedInto }, { removals })).toMatchObject({
        field: 'mergedInto',
        message: expect.stringMatching(message),
      });
    });

    it('is left alone where only the spelling of an address differs', () => {
      const row = { ...moved, userId: 'Ann@x.io', mergedInto: 'ann@X.io' };
      expect(mapped('persons', row, { removals })).toEqual({ ignored: true });
    });
  });

  it('is not the same one where ids differ in case', () => {
    const row = { ...moved, userId: 'ann', mergedInto: 'Ann' };
    expect(mapped('persons', row)).toMatchObject({ body: { action: 'merge' } });
  });

  it('is refused where nobody was removed', () => {
    expect(mapped('persons', { ...base, mergedInto: 'u2' })).toMatchObject({
      field: 'mergedInto',
      message: expect.stringContaining('_ab_cdc_deleted_at is not'),
    });
  });

  it('is found in the column that the config names', () => {
    const streams = [{ stream: 'users', as: 'persons', merged_into: 'now' }];
    expect(mapped('users', { ...gone, now: 'u2' }, { streams })).toHaveProperty('body.primary', { id: 'u2' });
  });

  it('is told of nothing but persons', () => {
    const removals = { objects: 'remove' };
    expect(
      mapped('objects', { ...bases.objects, ...removedAt, mergedInto: 'g2' }, { removals }),
    ).toMatchObject({
      body: { action: 'delete' },
    });
    expect(mapped('relationships', { ...bases.relationships, ...removedAt, mergedInto: 'g2' })).toMatchObject(
      {
        body: { action: 'delete_relationships' },
      },
    );
  });
});
