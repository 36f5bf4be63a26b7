import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DeliveryAccount } from '../../protocol/run-account.ts';
import { showProgress } from './progress.ts';
import { RunRecorder } from './run-recorder.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function progressOn(terminal: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal });
  const run = new RunRecorder({ deliveredBy: 'state' });
  const watcher = showProgress(stream);
  watcher.start(run);
  run.of('persons').read(1_000);
  run.settled({
    stream: { stream_descriptor: { name: 'persons' } },
    destinationStats: { recordCount: 499, rejectedRecordCount: 1 },
  });
  return { watcher, run, shown: () => String(stream.read() ?? '') };
}

const accountOf = (delivered: number): DeliveryAccount => ({
  streams: [
    {
      stream: 'persons',
      read: 1_000,
      delivered,
      rejected: 1,
      rejected_by: [],
      truncated: {},
      trimmed: {},
      removed: 0,
      merged: 0,
    },
  ],
  requests: 4,
  retries: { 'HTTP 429': 2, ECONNRESET: 1 },
  bytes: 1_500_000,
  inFlight: 3,
  rejects: null,
});

it('writes one plain line every ten seconds where there is no terminal', () => {
  const { watcher, run, shown } = progressOn(false);
  watcher.log('INFO', 'hello');
  watcher.log('DEBUG', 'too much');
  vi.advanceTimersByTime(10_000);
  run.delivery(accountOf(500));
  vi.advanceTimersByTime(2_000);
  run.delivery(accountOf(700));
  vi.advanceTimersByTime(8_000);
  watcher.stop();
  vi.advanceTimersByTime(10_000);
  const line = 'persons 500 of 1,000, 1 rejected';
  const traffic = '700 accepted, 1 rejected, 100 a second; 4 requests, 1.5 MB, 3 in flight, 3 retries';
  expect(shown()).toBe(`INFO hello\n${line}\n${line} | ${traffic}\n`);
});

it('draws the bar by what the source expects, else by what is read; under it, what the destination says', () => {
  const { watcher, run, shown } = progressOn(true);
  const bars = () => stripVTControlCharacters(shown()).trimEnd();
  vi.advanceTimersByTime(100);
  expect(bars()).toBe(`persons        ${'█'.repeat(12)}${'░'.repeat(12)} 500 of 1,000, 1 rejected`);
  run.of('persons').expected = 2_000;
  run.delivery(accountOf(500));
  vi.advanceTimersByTime(100);
  const quarter = `persons        ${'█'.repeat(6)}${'░'.repeat(18)} 500 of 2,000, 1 rejected`;
  expect(bars()).toMatch(new RegExp(`^${quarter}\n500 accepted, .* 3 in flight, 3 retries$`));
  watcher.stop();
  expect(bars()).toBe(quarter);
});
