import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { progressMark } from '../../destination/progress.ts';
import { summaryJson } from './json.ts';
import { showProgress } from './progress.ts';
import { report } from './table.ts';
import { Tally } from './tally.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function progressOn(terminal: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal });
  const tally = new Tally(['persons']);
  const watcher = showProgress(stream);
  watcher.start(tally);
  tally.read('persons', 1_000);
  tally.settled({
    stream: { stream_descriptor: { name: 'persons' } },
    destinationStats: { recordCount: 499, rejectedRecordCount: 1 },
  });
  return { watcher, tally, shown: () => String(stream.read() ?? '') };
}

it('writes one plain line every ten seconds where there is no terminal', () => {
  const { watcher, shown } = progressOn(false);
  watcher.log('INFO', 'hello');
  watcher.log('DEBUG', 'too much');
  vi.advanceTimersByTime(10_000);
  watcher.log('INFO', `${progressMark}500 accepted, 3 in flight`);
  watcher.log('INFO', `${progressMark}501 accepted, 2 in flight`);
  vi.advanceTimersByTime(10_000);
  watcher.stop();
  vi.advanceTimersByTime(10_000);
  const line = 'persons 500 of 1,000, 1 rejected';
  expect(shown()).toBe(`INFO hello\n${line}\n${line} | 501 accepted, 2 in flight\n`);
});

it('draws the bar by what the source expects, else by what is read; under it, what the destination says', () => {
  const { watcher, tally, shown } = progressOn(true);
  const bars = () => stripVTControlCharacters(shown()).trimEnd();
  vi.advanceTimersByTime(100);
  expect(bars()).toBe(`persons        ${'█'.repeat(12)}${'░'.repeat(12)} 500 of 1,000, 1 rejected`);
  tally.expected('persons', 2_000);
  watcher.log('INFO', `${progressMark}3 in flight`);
  vi.advanceTimersByTime(100);
  const quarter = `persons        ${'█'.repeat(6)}${'░'.repeat(18)} 500 of 2,000, 1 rejected`;
  expect(bars()).toBe(`${quarter}\n3 in flight`);
  watcher.stop();
  expect(bars()).toBe(quarter);
});

it('closes with a table, a total, and where the rejects lie', () => {
  const tally = { startedAt: 0, settledAt: 1_500, expected: undefined };
  const streams = [
    { ...tally, stream: 'persons', read: 5_000, delivered: 4_999, rejected: 1, findings: [] },
    {
      ...tally,
      stream: 'events',
      read: 60_000,
      delivered: 60_000,
      rejected: 0,
      findings: ['rows_gone', 'entity_type'],
    },
  ];
  const summary = { errors: [], seconds: 3, interrupted: false, delivery: undefined };
  const text = report({ ...summary, streams }, 'rejects.ndjson');
  expect(stripVTControlCharacters(text).split('\n')).toEqual([
    'stream     read  delivered  rejected  seconds',
    'persons   5,000      4,999         1      1.5',
    'events   60,000     60,000         0      1.5  had rows before, unknown entity_type',
    '─────────────────────────────────────────────',
    'total    65,000     64,999         1      3.0',
    '1 rejected, not in Customer.io: each with its reason in rejects.ndjson',
    '',
  ]);
});

it('is one line of JSON for a machine', () => {
  const times = { startedAt: 0, settledAt: 1_500, expected: undefined };
  const streams = [
    { ...times, stream: 'persons', read: 5_000, delivered: 4_999, rejected: 1, findings: [] },
    { ...times, stream: 'events', read: 60, delivered: 50, rejected: 0, findings: ['no_rows'] },
  ];
  const summary = {
    streams,
    errors: [],
    seconds: 3,
    interrupted: true,
    rejected: false,
    delivery: { ended: 'complete', requests: 7 },
  };
  const text = summaryJson(summary, { state: '/s.json', rejects: undefined });
  expect(JSON.parse(text)).toEqual({
    ended: 'interrupted',
    seconds: 3,
    read: 5_060,
    delivered: 5_049,
    rejected: 1,
    streams: [
      { stream: 'persons', read: 5_000, delivered: 4_999, rejected: 1, findings: [] },
      { stream: 'events', read: 60, delivered: 50, rejected: 0, findings: ['no_rows'] },
    ],
    delivery: { ended: 'interrupted', requests: 7 },
    errors: [],
    state: '/s.json',
    rejects: null,
  });
  const failed = summaryJson({ ...summary, errors: ['no'] }, { state: '/s.json', rejects: undefined });
  expect(JSON.parse(failed)).toMatchObject({
    ended: 'failed',
    delivery: { ended: 'failed' },
    errors: ['no'],
  });
  const rejected = summaryJson(
    { ...summary, errors: ['no'], rejected: true },
    { state: '/s.json', rejects: undefined },
  );
  expect(JSON.parse(rejected)).toMatchObject({ ended: 'rejected', delivery: { ended: 'rejected' } });
});
