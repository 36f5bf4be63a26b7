import { describe, expect, it } from 'vitest';
import { RejectedError } from '../../destination/settlement/verdict.ts';
import { configError } from '../../errors/connector-error.ts';
import type { DestinationOutput } from '../../protocol/connector.ts';
import { log } from '../../protocol/make-message.ts';
import { type RunSummary, runSummary } from '../../protocol/run-account.ts';
import { withAccountAsLog } from './log-lines.ts';
import { RunRecorder } from './run-recorder.ts';

const streams = [
  {
    stream: 'persons',
    read: 2,
    delivered: 1,
    rejected: 1,
    rejected_by: [],
    truncated: {},
    trimmed: {},
    removed: 0,
    merged: 0,
  },
];
const account = { streams, requests: 3, retries: { ECONNRESET: 2 }, bytes: 10, inFlight: 1, rejects: null };
const underWay: DestinationOutput = { type: 'ACCOUNT', account, isLast: false };
const last: DestinationOutput = { type: 'ACCOUNT', account, isLast: true };

/** The log of a run, and what ended it; an error among the outputs is thrown. */
async function logOf(outputs: readonly (DestinationOutput | Error)[], signal = new AbortController().signal) {
  async function* write(): AsyncGenerator<DestinationOutput> {
    for (const output of outputs) {
      if (output instanceof Error) throw output;
      yield output;
    }
  }
  const lines: string[] = [];
  try {
    const run = new RunRecorder({ deliveredBy: 'destination' });
    for await (const message of withAccountAsLog(write(), run, signal)) {
      lines.push(message.type === 'LOG' ? message.log.message : message.type);
    }
    return { lines, error: undefined };
  } catch (error) {
    return { lines, error };
  }
}

const summaryOf = (lines: readonly string[]): RunSummary => runSummary.parse(JSON.parse(lines.at(-1) ?? ''));

const counts =
  /^(Progress: )?1 accepted, 1 rejected, \d+ a second; 3 requests, 0\.0 MB, 1 in flight, 2 retries$/;

describe('the log of a destination', () => {
  it('has its progress, its closing line, and then the JSON', async () => {
    const { lines } = await logOf([underWay, last]);
    expect(lines).toEqual([
      expect.stringMatching(counts),
      expect.stringMatching(counts),
      expect.stringMatching(/^\{/),
    ]);
    expect(lines.map((line) => line.startsWith('Progress: '))).toEqual([true, false, false]);
    expect(summaryOf(lines)).toMatchObject({ ended: 'complete', streams, retries: { ECONNRESET: 2 } });
  });

  const aborted = AbortSignal.abort();
  it.each([
    ['an error', configError('no disk'), undefined, 'failed', ['no disk']],
    [
      'too many rejects',
      new RejectedError('10 of 20', { failureType: 'config_error' }),
      undefined,
      'rejected',
      ['10 of 20'],
    ],
    ['a signal', aborted.reason, aborted, 'interrupted', []],
    ['an error after a signal', configError('no disk'), aborted, 'failed', ['no disk']],
  ])('has the JSON also after %s', async (_what, error, signal, ended, errors) => {
    const found = await logOf([underWay, error, last], signal);
    expect(found.error).toBe(error);
    expect(summaryOf(found.lines)).toMatchObject({ ended, errors, streams });
  });

  it('has none where nothing has begun: the error tells all', async () => {
    const error = configError('api_key is missing');
    expect(await logOf([error])).toEqual({ lines: [], error });
  });

  it('tells nothing that comes as text', async () => {
    const forged = JSON.stringify({ ended: 'failed', requests: 1e9, streams: [] });
    const { lines } = await logOf([log('INFO', forged), last, log('INFO', forged)]);
    expect(lines.filter((line) => line === forged)).toHaveLength(2);
    expect(summaryOf(lines)).toMatchObject({ ended: 'complete', requests: 3 });
  });
});
