import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RunSummary, summarySchema } from '../../src/protocol/run-account.ts';
import { summaryJson } from '../../src/sync/report/json.ts';
import { RunRecorder } from '../../src/sync/report/run-recorder.ts';
import { requireSummary, summariesIn } from '../support/summary.ts';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const summary = (): RunSummary =>
  JSON.parse(summaryJson(new RunRecorder({ deliveredBy: 'state' }).account()));

describe('docs/summary.schema.json', () => {
  it('is what the code says; integration_tests/support/write-spec-files.ts writes it', () => {
    expect(JSON.parse(text('docs/summary.schema.json'))).toEqual(JSON.parse(JSON.stringify(summarySchema())));
  });

  it('describes a run in which nothing has happened yet', () => {
    expect(requireSummary(summary()).streams).toEqual([]);
  });

  it.each([
    ['a field is missing', ({ run_id: _, ...rest }: RunSummary) => rest],
    ['a field is added', (rest: RunSummary) => ({ ...rest, delivery: {} })],
    ['the run ended otherwise', (rest: RunSummary) => ({ ...rest, ended: 'done' })],
    ['retries are a number', (rest: RunSummary) => ({ ...rest, retries: 3 })],
    ['a stream has no counts', (rest: RunSummary) => ({ ...rest, streams: [{ stream: 'persons' }] })],
  ])('refuses a line where %s', (_what, change) => {
    const line = JSON.stringify(change(summary()));
    expect(() => summariesIn(`{"type":"STATE"}\n${line}\n`)).toThrow();
    const logged = JSON.stringify({ type: 'LOG', log: { level: 'INFO', message: line } });
    expect(() => summariesIn(logged)).toThrow();
  });
});

it('the JSON of a run needs no more than a file of a few lines', () => {
  expect(text('src/sync/report/json.ts').split('\n').length).toBeLessThan(10);
});
