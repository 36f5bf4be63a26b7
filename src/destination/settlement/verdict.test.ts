import { describe, expect, it } from 'vitest';
import { parseDestinationConfig } from '../config.ts';
import type { Refusal } from '../mapping/limits.ts';
import { mapStreams } from '../mapping/stream-mapping.ts';
import { Ledger } from './ledger.ts';
import { Judge, type RejectedError } from './verdict.ts';

const streams = ['persons', 'objects', 'events'];
const config = parseDestinationConfig({ site_id: 's', api_key: 'k' });
const catalog = {
  streams: streams.map((name) => ({
    stream: { name, json_schema: {} },
    sync_mode: 'incremental' as const,
    destination_sync_mode: 'append' as const,
  })),
};

const own: Refusal = { reason: 'required', field: 'userId', message: 'userId is missing or empty.' };
const noType: Refusal = {
  reason: 'invalid',
  field: 'identifiers.object_type_id',
  message: 'there is no object type "9" in this workspace',
};

/** A run that takes rows one by one: `true` is accepted at once, a refusal is what rejects one. */
function runOf(most = config.max_rejects) {
  const passed: number[] = [];
  const books = new Ledger(
    streams,
    () => passed.push(passed.length),
    (stream) => judge.holds(stream),
  );
  const judge = new Judge({ most, tallies: books.tallies, plans: mapStreams(catalog, config) });
  let stopped: RejectedError | undefined;
  const take = (stream: string, ...rows: (true | Refusal)[]): void => {
    for (const row of rows) {
      const acknowledgement = books.open(stream);
      if (row === true) {
        books.accept(acknowledgement);
        continue;
      }
      judge.add(stream, row, 'null');
      books.reject(acknowledgement);
      stopped ??= judge.stops(stream);
    }
  };
  return {
    take,
    passed,
    state: (stream: string) => books.state(stream, {}),
    stopped: () => stopped?.message,
    verdict: () => judge.verdict()?.message,
  };
}

const rows = (accepted: number, rejected: number, refusal = own): (true | Refusal)[] => [
  ...Array.from({ length: accepted }, () => true as const),
  ...Array.from({ length: rejected }, () => refusal),
];

describe('the end of a run', () => {
  it.each([
    ['no row', '10%', 0, 0, false],
    ['all of one row', '10%', 0, 1, true],
    ['all of many', '100%', 0, 50, true],
    ['a share of fewer than 20 rows', '10%', 10, 9, false],
    ['the share itself', '10%', 18, 2, false],
    ['more than the share from 20 rows on', '10%', 17, 3, true],
    ['any at all', '0%', 19, 1, true],
    ['less than a count', '5', 30, 5, false],
    ['more than a count', '5', 300, 6, true],
    ['all of fewer than a count', '5', 0, 2, true],
  ])('%s (%s; %i accepted, %i rejected) fails: %s', (_what, most, accepted, rejected, isBad) => {
    const run = runOf(most);
    run.take('persons', ...rows(accepted, rejected));
    expect(run.verdict() !== undefined).toBe(isBad);
  });

  it('is judged stream by stream: many good events excuse no objects', () => {
    const run = runOf();
    run.take('events', ...rows(10_000, 0));
    run.take('objects', ...rows(0, 3, noType));
    expect(run.verdict()).toMatch(
      /^objects: all 3 rows were rejected\. .*3 times invalid.*no object type "9"/,
    );
    expect(run.verdict()).toMatch(/the next run sends them again\.$/);
  });

  it('names every stream that is too bad, with its commonest reasons', () => {
    const run = runOf();
    run.take('persons', ...rows(40, 10));
    run.take('objects', ...rows(0, 1, noType));
    expect(run.verdict()).toMatch(
      /persons: 10 of 50 rows .*max_rejects \(10%\).*userId.*objects: the only row was/,
    );
  });
});

describe('the middle of a run', () => {
  it.each([
    ['10%', rows(0, 19), false],
    ['10%', rows(0, 20), true],
    ['10%', rows(13, 7), true],
    ['10%', rows(17, 3), false],
    ['10%', rows(900, 200), true],
    ['100', rows(0, 100), false],
    ['100', rows(0, 101), true],
    ['100%', rows(0, 500), false],
  ])('stops beyond %s where chance cannot explain it', (most, taken, stops) => {
    const run = runOf(most);
    run.take('persons', ...taken);
    expect(run.stopped() !== undefined).toBe(stops);
  });

  it('goes on for the other streams where the state of this one waits, up to 1,000 rows', () => {
    const run = runOf();
    run.take('objects', ...rows(0, 999, noType));
    expect(run.stopped()).toBeUndefined();
    run.take('objects', noType);
    expect(run.stopped()).toMatch(/max_rejects/);
  });

  it('goes on where the first rows are worse than the rest', () => {
    const run = runOf();
    run.take('persons', ...rows(17, 4), ...rows(60, 0));
    expect([run.stopped(), run.verdict()]).toEqual([undefined, undefined]);
  });
});

describe('the states of a stream', () => {
  it('wait while every row is refused for a cause outside of it, and pass with the first that is taken', () => {
    const run = runOf('100%');
    run.state('objects');
    expect(run.passed).toHaveLength(1);
    run.take('objects', noType, noType);
    run.state('objects');
    run.take('objects', noType);
    run.state('objects');
    expect(run.passed).toHaveLength(1);
    run.take('objects', true);
    expect(run.passed).toHaveLength(3);
    run.take('objects', noType);
    run.state('objects');
    expect(run.passed).toHaveLength(4);
  });

  it('pass where the rows themselves are at fault', () => {
    const run = runOf('100%');
    run.take('persons', own, own);
    run.state('persons');
    expect(run.passed).toHaveLength(1);
  });

  const refused = (reason: string, field: string, message: string): Refusal => ({ reason, field, message });
  it.each([
    [refused('invalid', 'cio_relationships[0].identifiers.object_type_id', 'no such type'), true],
    [refused('required', 'objectTypeId', 'objectTypeId is missing or empty.'), true],
    [refused('api_disabled', '', 'The Track API is disabled for this workspace.'), true],
    [refused('rejected', '', 'Objects are not available on your plan.'), true],
    [refused('http_400', '', 'Customer.io answered 400 to the operation alone.'), true],
    [refused('http_413', '', 'Customer.io answered 413 to the operation alone.'), false],
    [refused('invalid', 'identifiers.email', 'identifiers.email is not an email address'), false],
    [refused('invalid', 'attributes.plan', 'attributes.plan is not allowed'), false],
    [refused('too_large', '', 'the operation has 40000 bytes'), false],
    [refused('rejected', '', 'userId or anonymousId is required'), false],
  ])('after %j wait: %s', (refusal, waits) => {
    const run = runOf('100%');
    run.take('objects', refusal);
    run.state('objects');
    expect(run.passed).toHaveLength(waits ? 0 : 1);
  });
});
