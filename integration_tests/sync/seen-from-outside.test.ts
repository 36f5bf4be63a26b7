import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import type { AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { ended, start } from '../support/processes.ts';
import { lastState, type ReadResult, read } from '../support/reading.ts';

let folder: string;
let source: unknown;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outside-'));
  const path = join(folder, 'warehouse.duckdb');
  await generateWarehouse(path, { scale: 0.02 });
  source = { warehouse: { type: 'duckdb', path }, changes: 'cursor' };
});
afterAll(() => rm(folder, { recursive: true }));

function estimatesOf({ others }: ReadResult): unknown[] {
  return others.flatMap((message) => {
    const estimate = message.type === 'TRACE' ? message.trace.estimate : undefined;
    return estimate === undefined ? [] : [[estimate.name, estimate.type, estimate.row_estimate]];
  });
}

describe('read', () => {
  it('tells how many rows of a stream will come, before they do; the next time, how many are new', async () => {
    const first = await read(source);
    expect(estimatesOf(first)).toEqual([['persons', 'STREAM', first.rows.length]]);
    const state: AirbyteStateMessage[] = lastState(first);
    expect(estimatesOf(await read(source, state))).toEqual([['persons', 'STREAM', 0]]);
  });

  it('adds up the models of a stream', async () => {
    const identify = { from: 'identify', user_id_column: 'email', filters: ["plan = 'basic'"] };
    const others = { ...identify, filters: ["plan <> 'basic'"] };
    const found = await read({ ...Object(source), persons: [identify, others] });
    const basic = found.rows.filter(({ plan }) => plan === 'basic').length;
    expect(found.rows).toHaveLength(100);
    expect(estimatesOf(found)).toEqual([
      ['persons', 'STREAM', basic],
      ['persons', 'STREAM', 100],
    ]);
  });
});

describe('write', () => {
  it('tells its progress at most once a second, and its end as JSON', async () => {
    const simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
    try {
      const account = { site_id: 'site', api_key: 'key', endpoint: simulator.url };
      const stream = { name: 'persons', json_schema: {} };
      const modes = { sync_mode: 'incremental', destination_sync_mode: 'append' };
      const [config, catalog] = [join(folder, 'destination.json'), join(folder, 'catalog.json')];
      await writeFile(config, JSON.stringify({ ...account, rejects: folder }));
      await writeFile(catalog, JSON.stringify({ streams: [{ stream, ...modes }] }));
      const child = start('destination-customer-io', ['write', '--config', config, '--catalog', catalog]);
      const lines: { at: number; message: string }[] = [];
      child.stdout.on('data', (data) => {
        for (const line of String(data).trimEnd().split('\n'))
          lines.push({ at: Date.now(), message: JSON.parse(line).log?.message ?? '' });
      });
      const end = ended(child);
      for (let n = 0; n < 110; n += 1) {
        const record = { stream: 'persons', data: { userId: n === 0 ? null : `u${n}` }, emitted_at: 1 };
        child.stdin.write(`${JSON.stringify({ type: 'RECORD', record })}\n`);
        await sleep(100);
      }
      child.stdin.end();
      expect(await end).toMatchObject({ code: 0 });

      const progress = lines.filter(({ message }) => message.startsWith('Progress: '));
      expect(progress.length).toBeGreaterThanOrEqual(2);
      for (const { message } of progress)
        expect(message).toMatch(
          /^Progress: \d+ accepted, 1 rejected, \d+ a second; \d+ requests, \d+\.\d MB, \d+ in flight, 0 retries$/,
        );
      for (const [index, { at }] of progress.slice(1).entries())
        expect(at - (progress[index]?.at ?? 0)).toBeGreaterThan(1_000);
      expect(JSON.parse(lines.at(-1)?.message ?? '')).toMatchObject({
        ended: 'complete',
        streams: [
          {
            ...{ stream: 'persons', read: 110, delivered: 109, rejected: 1, seconds: null },
            rejected_by: [{ reason: 'required', field: 'userId', count: 1, example: null }],
          },
        ],
        requests: simulator.requests,
        retries: {},
        bytes: expect.toSatisfy((bytes: number) => bytes > 109 * 20),
        errors: [],
        state: null,
        rejects: expect.stringMatching(/ndjson$/),
      });
    } finally {
      await simulator.close();
    }
  });
});
