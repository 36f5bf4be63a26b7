import { describe, expect, it } from 'vitest';
import { startHarness } from '../harness.fixture.ts';
import type { Json } from '../json.ts';

type Fields = Readonly<Record<string, Json>>;

const identify = (identifiers: Fields, attributes: Fields = {}, rest: Fields = {}) => ({
  type: 'person',
  action: 'identify',
  identifiers,
  attributes,
  ...rest,
});

async function outcomeOf(...operations: object[]) {
  await using to = await startHarness();
  const { status } = await to.batch(operations);
  return { status, store: to.simulator.store };
}

describe('who is who', () => {
  it('makes a person of an email, which is an attribute too and knows no case', async () => {
    const { store } = await outcomeOf(
      identify({ email: 'Ada@Example.com' }),
      identify({ email: 'ada@example.com' }, { a: 1 }),
    );
    expect(store.people()).toMatchObject([
      { email: 'Ada@Example.com', attributes: { email: 'Ada@Example.com', a: 1 } },
    ]);
  });

  it('finds a person by id, email, phone and cio_id', async () => {
    const { store } = await outcomeOf(
      identify({ id: '1' }, { email: 'a@example.com', phone: '+4915112345678' }),
    );
    const [person] = store.people();
    expect(person?.cio_id).toMatch(/^a/);
    for (const by of [
      { id: '1' },
      { email: 'A@example.com' },
      { phone: '+4915112345678' },
      { cio_id: person?.cio_id ?? '' },
    ]) {
      expect(store.person(by)).toEqual(person);
    }
    expect(store.person({ id: '2' })).toBeUndefined();
  });

  it('logs an email that belongs to another, and applies the rest', async () => {
    const { status, store } = await outcomeOf(
      identify({ id: '1' }, { email: 'a@example.com' }),
      identify({ id: '2' }),
      identify({ id: '2' }, { email: 'A@example.com', plan: 'pro' }),
    );
    expect(status).toBe(200);
    expect(store.conflicts).toMatchObject([{ field: 'email', value: 'A@example.com' }]);
    expect(store.person({ id: '2' })?.attributes).toEqual({ id: '2', plan: 'pro' });
  });

  it('gives a new id to the person who owns the email, and logs the id that is lost', async () => {
    const { store } = await outcomeOf(
      identify({ email: 'a@example.com' }),
      identify({ id: '1' }, { email: 'a@example.com' }),
      identify({ id: '2' }, { email: 'a@example.com' }),
    );
    expect(store.people()).toMatchObject([{ id: '2', email: 'a@example.com' }]);
    expect(store.conflicts).toMatchObject([{ field: 'id', value: '2' }]);
  });

  it('changes an id by cio_id only, an email by id too', async () => {
    await using to = await startHarness();
    await to.batch([
      identify({ id: '1' }, { email: 'a@example.com' }),
      identify({ email: 'a@example.com' }, { id: '2' }),
      identify({ id: '1' }, { email: 'b@example.com' }),
    ]);
    const { store } = to.simulator;
    expect(store.people()).toMatchObject([{ id: '1', email: 'b@example.com' }]);
    expect(store.conflicts).toMatchObject([{ field: 'id', value: '2' }]);
    await to.batch([
      identify({ cio_id: store.people()[0]?.cio_id ?? '' }, { id: '2' }),
      identify({ cio_id: 'none' }),
    ]);
    expect(store.people()).toMatchObject([{ id: '2' }]);
    expect(store.conflicts).toMatchObject([{ field: 'id' }, { field: 'cio_id', value: 'none' }]);
  });

  it('updates only people who exist under _update', async () => {
    const { store } = await outcomeOf(
      identify({ id: '1' }, { _update: true }),
      identify({ id: '2' }),
      identify({ id: '2' }, { _update: true, a: 1 }),
    );
    expect(store.people()).toMatchObject([{ attributes: { id: '2', a: 1 } }]);
    expect(store.people()[0]?.attributes).not.toHaveProperty('_update');
  });
});

describe('attributes', () => {
  it('keeps what is missing and removes what is null', async () => {
    const { store } = await outcomeOf(
      identify({ id: '1' }, { a: 1, b: 2, c: 'x' }),
      identify({ id: '1' }, { b: null, c: '' }),
    );
    expect(store.person({ id: '1' })?.attributes).toEqual({ id: '1', a: 1, c: '' });
  });

  it('drops what is older than the newest update, with 200', async () => {
    const { status, store } = await outcomeOf(
      identify({ id: '1' }, { a: 'new' }, { timestamp: 1_700_000_000 }),
      identify({ id: '1' }, { a: 'old' }, { timestamp: 1_699_999_999 }),
      identify({ id: '1' }, { b: 'same' }, { timestamp: 1_700_000_000 }),
    );
    expect(status).toBe(200);
    expect(store.person({ id: '1' })?.attributes).toEqual({ id: '1', a: 'new', b: 'same' });
    expect(store.counts().stale).toBe(1);
  });

  it('takes milliseconds for now, so that true times are stale afterwards', async () => {
    const { store } = await outcomeOf(
      identify({ id: '1' }, { a: 1 }, { timestamp: 1_700_000_000_000 }),
      identify({ id: '1' }, { a: 2 }, { timestamp: 1_700_000_001 }),
    );
    expect(store.person({ id: '1' })?.attributes.a).toBe(1);
    expect(store.counts().stale).toBe(1);
  });

  it('keeps an attribute named __proto__ an attribute', async () => {
    await using to = await startHarness();
    await to.post(
      '/api/v2/entity',
      JSON.stringify(identify({ id: '1' })).replace('{}', '{"__proto__":{"x":1},"id":"1"}'),
    );
    const held = to.simulator.store.person({ id: '1' })?.attributes ?? {};
    expect(Object.hasOwn(held, '__proto__')).toBe(true);
    expect({}).not.toHaveProperty('x');
  });
});
