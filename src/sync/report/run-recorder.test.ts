import { describe, expect, it } from 'vitest';
import { type DeliveryAccount, mostSamples, runSummary, type Sample } from '../../protocol/run-account.ts';
import { summaryJson } from './json.ts';
import { RunRecorder } from './run-recorder.ts';
import { latestRate, withSample } from './series.ts';

const delivery = (delivered: number, rejected = 0): DeliveryAccount => ({
  streams: [
    {
      stream: 'persons',
      read: delivered + rejected,
      delivered,
      rejected,
      rejected_by: [],
      truncated: {},
      trimmed: {},
      removed: 0,
      merged: 0,
    },
  ],
  requests: 1,
  retries: {},
  bytes: 1,
  inFlight: 0,
  rejects: null,
});

describe('the account of a run', () => {
  it.each([
    ['nothing has happened', () => {}, 'complete'],
    ['a signal came', (run: RunRecorder) => run.interrupted(), 'interrupted'],
    ['too much was rejected', (run: RunRecorder) => run.failed('too much', true), 'rejected'],
    [
      'too much was rejected and a stream failed',
      (run: RunRecorder) => {
        run.failed('too much', true);
        run.failed('no table');
      },
      'failed',
    ],
    [
      'it failed after the signal',
      (run: RunRecorder) => {
        run.interrupted();
        run.failed('no disk');
      },
      'failed',
    ],
  ])('has one form where %s', (_when, happens, ended) => {
    const run = new RunRecorder({ deliveredBy: 'state' });
    happens(run);
    const account = runSummary.parse(JSON.parse(summaryJson(run.account())));
    expect(account.ended).toBe(ended);
  });

  it.each([
    ['state', 0],
    ['destination', 8],
  ] as const)('counts as delivered what the %s says', (deliveredBy, delivered) => {
    const run = new RunRecorder({ deliveredBy });
    run.delivery(delivery(8, 2));
    expect(run.account().streams).toMatchObject([{ read: 10, delivered, rejected: 2 }]);
  });

  it('counts a reject once, whether a state or the destination tells of it first', () => {
    const state = (rejectedRecordCount: number) => ({
      stream: { stream_descriptor: { name: 'persons' } },
      destinationStats: { recordCount: 1, rejectedRecordCount },
    });
    const run = new RunRecorder({ deliveredBy: 'state' });
    const rejected = () => run.account().streams[0]?.rejected;
    run.delivery(delivery(1, 2));
    run.settled(state(2));
    expect(rejected()).toBe(2);
    run.settled(state(1));
    expect(rejected()).toBe(3);
    run.delivery(delivery(2, 3));
    run.delivery(delivery(2, 5));
    expect(rejected()).toBe(5);
  });

  it('says one error once, without secrets', () => {
    const run = new RunRecorder({ deliveredBy: 'state', mask: (text) => text.replaceAll('k3y', '****') });
    for (const message of ['k3y is wrong', 'k3y is wrong', 'no table']) run.failed(message);
    expect(run.account().errors).toEqual(['**** is wrong', 'no table']);
  });

  it('has an id of its own', () => {
    const ids = Array.from({ length: 3 }, () => new RunRecorder({ deliveredBy: 'state' }).account().run_id);
    expect(new Set(ids).size).toBe(3);
  });

  it('keeps its course over time, however long it takes, from its beginning to now', () => {
    let series: readonly Sample[] = [];
    for (let seconds = 1; seconds <= 100_000; seconds += 1) {
      series = withSample(series, { seconds, delivered: seconds * 3, rejected: seconds });
    }
    expect(series.length).toBeGreaterThan(mostSamples / 2);
    expect(series.length).toBeLessThanOrEqual(mostSamples);
    expect(series.at(-1)).toMatchObject({ seconds: 100_000 });
    expect(series.map(({ seconds }) => seconds)).toEqual(
      series.map(({ seconds }) => seconds).toSorted((a, b) => a - b),
    );
    expect(latestRate(series)).toBe(4);
    const run = new RunRecorder({ deliveredBy: 'state' });
    for (let count = 0; count < 2 * mostSamples; count += 1) run.delivery(delivery(count));
    expect(run.account().series.length).toBeLessThanOrEqual(mostSamples);
  });
});
