import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogOf, checkOf } from '../support/reading.ts';
import { type Database, duckdbEngine, type Engine } from '../support/warehouses.ts';
import { streamsOf, tables } from './days.ts';

/** What `check` and `discover` say of the ways of change. */

let engine: Engine;
let database: Database;

beforeAll(async () => {
  engine = await duckdbEngine();
  database = await engine.create();
  await database.run(...tables);
});

afterAll(() => engine.close());

const config = (changes: unknown) => ({ warehouse: database.warehouse, ...streamsOf(engine), changes });

describe('check', () => {
  it.each([
    ['snapshot', 'persons, objects, relationships, events by a snapshot, kept in the warehouse.'],
    ['cursor', 'persons, objects, relationships, events by a cursor.'],
    ['full', 'not at all: all rows are sent each time.'],
    [
      { persons: 'snapshot', objects: 'full', relationships: 'cursor', events: 'cursor' },
      'persons by a snapshot, kept in the warehouse; objects not at all: all rows are sent each time; relationships, events by a cursor',
    ],
  ])('tells the way of each stream: %j', async (changes, words) => {
    const { status, message } = await checkOf(config(changes));
    expect(message).toContain(words);
    expect(status).toBe('SUCCEEDED');
  });

  it('fails where snapshots are wanted in a file that has no name', async () => {
    const found = await checkOf(config({ persons: 'snapshot', store: 'file' }));
    expect(found).toMatchObject({ status: 'FAILED', message: expect.stringContaining('changes.file') });
  });
});

describe('discover', () => {
  const added = ['_ab_cdc_deleted_at', 'mergedInto', 'unsetAttributes'];

  async function addedIn(changes: unknown) {
    const { streams } = await catalogOf(config(changes));
    return Object.fromEntries(
      streams.map(({ name, json_schema }) => {
        const names = Object.keys(Object(json_schema.properties));
        return [name, added.filter((column) => names.includes(column))];
      }),
    );
  }

  it('shows what a snapshot adds, where a stream is compared with one', async () => {
    const lost = ['_ab_cdc_deleted_at', 'unsetAttributes'];
    expect(await addedIn('snapshot')).toEqual({
      persons: added,
      events: [],
      objects: lost,
      relationships: lost,
    });
    const cursor = { persons: [], events: [], objects: [], relationships: [] };
    expect(await addedIn('cursor')).toEqual(cursor);
    const some = { persons: 'cursor', events: 'cursor', objects: 'snapshot', relationships: 'cursor' };
    expect(await addedIn(some)).toEqual({ ...cursor, objects: lost });
  });
});
