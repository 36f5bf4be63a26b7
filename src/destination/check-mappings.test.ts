import { describe, expect, it } from 'vitest';
import type { ConfiguredAirbyteCatalog } from '../protocol/messages.ts';
import { checkMappings, unusedMappings } from './check-mappings.ts';
import { parseDestinationConfig } from './config.ts';

type Row = Record<string, unknown>;

const column = { type: ['null', 'string'] };
const columns = (...names: string[]): Row => Object.fromEntries(names.map((name) => [name, column]));

function catalogOf(
  ...streams: { name: string; namespace?: string; schema?: Row }[]
): ConfiguredAirbyteCatalog {
  return {
    streams: streams.map(({ schema = {}, ...stream }) => ({
      stream: { ...stream, json_schema: schema },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    })),
  };
}

const configOf = (...streams: Row[]) => parseDestinationConfig({ site_id: 's', api_key: 'k', streams });

/** What is refused of mappings of a stream with these columns. */
function refusal(names: readonly string[], mapping: Row, rest: Row = {}): string | undefined {
  const catalog = catalogOf({ name: 'orders', schema: { properties: columns(...names), ...rest } });
  try {
    checkMappings(catalog, configOf({ stream: 'orders', ...mapping }));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const order = ['mail', 'occurred_at', 'what', 'id', 'company', 'type_of_company', 'role'];

describe('a setting that names a column', () => {
  it.each([
    ['user_id', 'persons', 'mial', 'mail'],
    ['anonymous_id', 'persons', 'mails', 'mail'],
    ['timestamp', 'persons', 'ocurred_at', 'occurred_at'],
    ['event', 'events', 'waht', 'what'],
    ['message_id', 'events', 'ID', 'id'],
    ['group_id', 'objects', 'compny', 'company'],
    ['object_type_id', 'objects', 'type_of_compny', 'type_of_company'],
    ['relationship_attributes', 'relationships', 'rolle', 'role'],
  ])('%s of %s: "%s" is refused where "%s" is there', (setting, as, wrong, right) => {
    const needed = { user_id: 'mail', event: 'what', group_id: 'company', object_type_id: 'type_of_company' };
    expect(refusal(order, { as, ...needed, [setting]: right })).toBeUndefined();
    expect(refusal(order, { as, ...needed, [setting]: wrong })).toMatch(
      `streams: ${setting}: the stream "orders" has no column "${wrong}". Did you mean "${right}"?`,
    );
  });

  it('is told with all others that are wrong, and with the columns that are there', () => {
    const said = refusal(['mail', 'at'], { as: 'events', user_id: 'email', timestamp: 'aat', event: 'zzz' });
    for (const part of ['user_id:', 'timestamp:', 'event:', '"orders" has mail, at.'])
      expect(said).toContain(part);
  });

  it.each([
    ['persons', {}, /user_id or anonymous_id is missing/],
    ['events', { user_id: 'mail' }, /event or event_name is missing/],
    ['objects', { group_id: 'id' }, /object_type_id or object_type is missing/],
    ['relationships', { group_id: 'id', object_type: '1' }, /user_id or anonymous_id is missing/],
  ])('that %s need may not be left out where no column has its name', (as, mapping, message) => {
    expect(refusal(order, { as, ...mapping })).toMatch(message);
  });

  it.each([
    ['events', { user_id: 'mail', event_name: 'bought' }],
    ['objects', { group_id: 'id', object_type: '1' }],
  ])('that %s need may be a fixed value', (as, mapping) => {
    expect(refusal(order, { as, ...mapping })).toBeUndefined();
  });

  it('cannot be judged by a schema without columns, or with columns by pattern', () => {
    const mapping = { as: 'persons', user_id: 'nowhere' };
    expect(refusal([], mapping)).toBeUndefined();
    expect(refusal(order, mapping, { patternProperties: { '': {} } })).toBeUndefined();
    const catalog = catalogOf({ name: 'orders' }, { name: 'x', schema: { type: 'object' } });
    expect(() => checkMappings(catalog, configOf({ stream: 'orders', ...mapping }))).not.toThrow();
  });

  it('holds the columns that are taken by default', () => {
    expect(refusal(['userId', 'event', 'at'], { as: 'events', timestamp: 'at' })).toBeUndefined();
  });
});

describe('a setting that names a stream', () => {
  const persons = { as: 'persons', user_id: 'id' };

  it('is refused where a stream of nearly that name has no mapping', () => {
    const check = () =>
      checkMappings(catalogOf({ name: 'persons' }), configOf({ stream: 'person', ...persons }));
    expect(check).toThrow('the catalog has no stream "person". Did you mean "persons"?');
  });

  it('is told where no stream uses it, since connections may share a config', () => {
    const catalog = catalogOf({ name: 'orders' });
    const config = configOf({ stream: 'orders', ...persons }, { stream: 'users', ...persons });
    expect(() => checkMappings(catalog, config)).not.toThrow();
    expect(unusedMappings(catalog, config)).toEqual([expect.stringContaining('"users" is not used')]);
  });

  it('is refused where the stream is in other namespaces only', () => {
    const catalog = catalogOf({ name: 'users', namespace: 'public' });
    const check = (namespace: string) => () =>
      checkMappings(catalog, configOf({ stream: 'users', namespace, ...persons }));
    expect(check('public')).not.toThrow();
    expect(check('pubic')).toThrow('is not in the namespace "pubic". Did you mean "public"?');
  });
});

it('an object type is a number', () => {
  const config = () => configOf({ stream: 'shops', as: 'objects', group_id: 'id', object_type: 'Company' });
  expect(config).toThrow(/object_type: it must be the number of an object type/);
});
