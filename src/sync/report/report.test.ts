import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { RunAccount, StreamOfRun } from '../../protocol/run-account.ts';
import { runSummary } from '../../protocol/run-account.ts';
import { summaryJson } from './json.ts';
import { report } from './table.ts';

const stream = (name: string, rest: Partial<StreamOfRun>): StreamOfRun => ({
  stream: name,
  read: 0,
  delivered: 0,
  rejected: 0,
  rejected_by: [],
  truncated: {},
  trimmed: {},
  removed: 0,
  merged: 0,
  changes: null,
  findings: [],
  seconds: 1.5,
  ...rest,
});

const account: RunAccount = {
  run_id: '5f0d3ab6-3fd1-4cc9-8a3c-4f1f4f4b9d11',
  version: '1.2.3',
  started_at: '2026-11-30T22:00:00.000Z',
  ended: 'complete',
  seconds: 3,
  streams: [
    stream('persons', {
      read: 5_000,
      delivered: 4_999,
      rejected: 1,
      rejected_by: [{ reason: 'required', field: 'userId', count: 1, example: null }],
    }),
    stream('events', { read: 60_000, delivered: 60_000, findings: ['rows_gone', 'entity_type'] }),
    stream('objects', { seconds: null }),
  ],
  requests: 12,
  retries: { 'HTTP 429': 2, 'cut off': 1 },
  bytes: 4_000_000,
  errors: [],
  state: '/state.json',
  rejects: 'rejects.ndjson',
  series: [{ seconds: 1, delivered: 1, rejected: 0 }],
};

it('closes with a table, a total, and where the rejects lie', () => {
  expect(stripVTControlCharacters(report(account)).split('\n')).toEqual([
    'stream     read  delivered  rejected  seconds',
    'persons   5,000      4,999         1      1.5',
    'events   60,000     60,000         0      1.5  had rows before, unknown entity_type',
    'objects       0          0         0      0.0',
    '─────────────────────────────────────────────',
    'total    65,000     64,999         1      3.0',
    '12 requests, 4.0 MB, 3 retries (HTTP 429 2, cut off 1)',
    '1 rejected, not in Customer.io: each with its reason in rejects.ndjson',
    '',
  ]);
});

it('tells what the source found to be different, where it knows', () => {
  const none = { added: null, changed: null, removed: null, moved: null, unchanged: null };
  const streams = [
    stream('persons', { read: 3, delivered: 3, changes: { ...none, added: 1_000, removed: 2 } }),
    stream('objects', { changes: none }),
    stream('events', { changes: { ...none, added: 4 } }),
  ];
  const lines = stripVTControlCharacters(report({ ...account, streams })).split('\n');
  expect(lines.slice(7, 12)).toEqual([
    'changes  added  removed',
    'persons  1,000        2',
    'objects                ',
    'events       4         ',
    '',
  ]);
});

it('is one line of JSON for a program: the account without its course over time', () => {
  const { series: _, ...summary } = account;
  const line = summaryJson(account);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual(summary);
  expect(runSummary.parse(JSON.parse(line))).toEqual(summary);
});
