import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showProgress } from './progress.ts';
import { report } from './report.ts';
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
  return { watcher, shown: () => String(stream.read() ?? '') };
}

it('writes a plain line every few seconds where there is no terminal', () => {
  const { watcher, shown } = progressOn(false);
  watcher.log('INFO', 'hello');
  watcher.log('DEBUG', 'too much');
  watcher.log('INFO', '{"accepted":1}');
  vi.advanceTimersByTime(10_000);
  watcher.stop();
  vi.advanceTimersByTime(10_000);
  const line = 'persons 500 of 1,000 read, 1 rejected\n';
  expect(shown()).toBe(`INFO hello\n${line}${line}`);
});

it('draws half a bar for half the records on a terminal', () => {
  const { watcher, shown } = progressOn(true);
  vi.advanceTimersByTime(100);
  watcher.stop();
  const bar = `${'█'.repeat(12)}${'░'.repeat(12)}`;
  expect(stripVTControlCharacters(shown())).toContain(`persons        ${bar} 500 of 1,000 read, 1 rejected`);
});

it('closes with a table, a total, and where the rejects lie', () => {
  const tally = { startedAt: 0, settledAt: 1_500, expected: undefined };
  const streams = [
    { ...tally, stream: 'persons', read: 5_000, delivered: 4_999, rejected: 1 },
    { ...tally, stream: 'events', read: 60_000, delivered: 60_000, rejected: 0 },
  ];
  const text = report({ streams, errors: [], seconds: 3 }, 'rejects.ndjson');
  expect(stripVTControlCharacters(text).split('\n')).toEqual([
    'stream     read  delivered  rejected  seconds',
    'persons   5,000      4,999         1      1.5',
    'events   60,000     60,000         0      1.5',
    '─────────────────────────────────────────────',
    'total    65,000     64,999         1      3.0',
    '1 rejected, not in Customer.io: each with its reason in rejects.ndjson',
    '',
  ]);
});
