import { describe, expect, it } from 'vitest';
import { toCall } from '../../api/pipelines/call.ts';
import { parseDestinationConfig } from '../../config.ts';
import { planOf, type Row } from '../bytes/both-paths.fixture.ts';
import { toOperation } from '../operation.ts';

function mapped(stream: string, row: Row, rest: Row = {}): Row {
  const config = parseDestinationConfig({ site_id: 's', api_key: 'k', write_key: 'w', ...rest });
  const map = config.api === 'pipelines' ? toCall : toOperation;
  const result = map(planOf(stream, config), config)(row);
  return 'body' in result ? JSON.parse(result.body) : { ...result };
}

const timestamp = '2024-01-01T00:00:00';
const bases: Readonly<Record<string, Row>> = {
  persons: { userId: 'u1', timestamp },
  objects: { groupId: 'g1', objectTypeId: '1', timestamp },
  relationships: { userId: 'u1', groupId: 'g1', objectTypeId: '1', timestamp },
  events: { userId: 'u1', timestamp, event: 'seen' },
};

const wrong = [{}, { a: 1 }, 'plan', '{"a":1}', 0, 1, true, [1], ['a', null], '[1]', [['a']]];

/** Where an operation, or a call, has the attributes that a stream's row unsets. */
const placeOf: Readonly<Record<string, readonly [string, string]>> = {
  persons: ['attributes', 'traits'],
  objects: ['attributes', 'traits'],
  relationships: ['cio_relationships.0.relationship_attributes', 'traits.relationshipAttributes'],
};

const withValues = (stream: string, values: Row): Row =>
  stream === 'relationships'
    ? { ...bases[stream], relationshipAttributes: values }
    : { ...bases[stream], ...values };

describe.each(['track', 'pipelines'])('by the %s API', (api) => {
  describe.each(Object.keys(placeOf))('a row of %s', (stream) => {
    const path = placeOf[stream]?.[api === 'track' ? 0 : 1] ?? '';
    const type = api === 'pipelines' && stream === 'objects' ? { objectTypeId: '1' } : {};
    it.each(['omit', 'unset'])('unsets what it names, with null_attributes: %s', (null_attributes) => {
      const row = {
        ...withValues(stream, { plan: 'pro' }),
        unsetAttributes: ['plan', 'city', '__proto__', ''],
      };
      const unset: Row = JSON.parse('{"plan":"pro","city":null,"__proto__":null}');
      expect(mapped(stream, row, { api, null_attributes })).toHaveProperty(path, { ...unset, ...type });
    });

    it('unsets a name that is null besides', () => {
      const row = { ...withValues(stream, { plan: null, a: 1 }), unsetAttributes: '["plan"]' };
      expect(mapped(stream, row, { api })).toHaveProperty(path, { a: 1, plan: null, ...type });
    });

    it.each([[null], [undefined], [[]], [''], ['[]'], ['null']])(
      'unsets nothing for %j',
      (unsetAttributes) => {
        const row = { ...withValues(stream, { plan: 'pro' }), unsetAttributes };
        expect(mapped(stream, row, { api })).toHaveProperty(path, { plan: 'pro', ...type });
      },
    );

    it.each(wrong.map((value) => [value]))('is refused for %j', (unsetAttributes) => {
      expect(mapped(stream, { ...bases[stream], unsetAttributes }, { api })).toMatchObject({
        reason: 'invalid',
        field: 'unsetAttributes',
        message: expect.stringContaining('array of attribute names'),
      });
    });

    it('is refused for a name that is too long', () => {
      const row = { ...bases[stream], unsetAttributes: ['n'.repeat(151)] };
      expect(mapped(stream, row, { api })).toMatchObject({ reason: 'too_long' });
    });
  });

  it.each([
    ['u1', ['id'], {}],
    ['a@b.c', ['email'], {}],
    ['a@b.c', ['id'], { id: null }],
    ['u1', ['email'], { email: null }],
    ['u1', ['userId', 'timestamp', '_ab_cdc_deleted_at', 'unsetAttributes', 'cio_id', '_update'], {}],
  ])('a person %s keeps identifiers and columns with a meaning: %j', (userId, unsetAttributes, expected) => {
    const row = { userId, unsetAttributes };
    expect(mapped('persons', row, { api })).toHaveProperty(
      api === 'track' ? 'attributes' : 'traits',
      expected,
    );
  });
});

it.each([
  ['track', 'attributes'],
  ['pipelines', 'traits'],
])('by the %s API, an anonymous id may go, and one that is there stays', (api, path) => {
  const row = { userId: 'u1', anonymousId: null, unsetAttributes: ['anonymous_id'] };
  expect(mapped('persons', row, { api })).toHaveProperty(path, { anonymous_id: null });
  expect(mapped('persons', row, { api })).not.toHaveProperty('anonymousId');
  const kept = mapped('persons', { ...row, anonymousId: 'anon' }, { api });
  expect(JSON.stringify(kept)).toContain('"anon"');
  expect(JSON.stringify(kept)).not.toContain('null');
});

it('is a property like any other of an event', () => {
  const row = { ...bases.events, unsetAttributes: ['a'], mergedInto: 'x' };
  expect(mapped('events', row)).toMatchObject({ attributes: { unsetAttributes: ['a'], mergedInto: 'x' } });
});

it('is found in the column that the config names', () => {
  const streams = [{ stream: 'users', as: 'persons', user_id: 'key', unset_attributes: 'lost' }];
  const row = { key: 'u1', lost: ['plan'], unsetAttributes: 'an attribute' };
  expect(mapped('users', row, { streams })).toMatchObject({
    attributes: { plan: null, unsetAttributes: 'an attribute' },
  });
});
