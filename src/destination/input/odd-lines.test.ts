import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';

/** The real process, fed by a pipe with lines as no test of its parts makes them. */

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

type Row = Record<string, unknown>;

let simulator: Simulator;
let folder: string;

beforeEach(async () => {
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key', objectTypes: ['1'] });
  folder = await mkdtemp(join(tmpdir(), 'odd-lines-'));
  const catalog = {
    streams: ['persons', 'relationships'].map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    })),
  };
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalog));
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly messages: readonly Row[];
  /** The most memory that it took, in bytes; 0 where the system does not tell. */
  readonly peak: number;
}

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Runs the destination on what `feed` gives. */
async function write(feed: Iterable<string | Uint8Array>, rest: Row = {}): Promise<Ended> {
  const config = {
    site_id: 'site',
    api_key: 'key',
    endpoint: simulator.url,
    rejects: join(folder, 'rejects'),
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...rest }));
  const paths = ['--config', join(folder, 'config.json'), '--catalog', join(folder, 'catalog.json')];
  const child = spawn(process.execPath, [main, 'destination', 'write', ...paths]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for (const piece of feed) {
    if (!child.stdin.write(piece))
      await Promise.race([new Promise((go) => child.stdin.once('drain', go)), ended]);
  }
  const peak = await peakOf(child.pid);
  child.stdin.end();
  const code = await ended;
  const lines = output.split('\n').filter((line) => line !== '');
  return { code, lines, peak, messages: lines.map((line) => JSON.parse(line)) };
}

const record = (stream: string, data: string): string =>
  `{"type":"RECORD","record":{"stream":"${stream}","data":${data},"emitted_at":1}}\n`;
const state = (n: number): string =>
  `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"persons"},"stream_state":{"n":${n}}}}}\n`;

async function rejects(): Promise<Row[]> {
  const [name] = await readdir(join(folder, 'rejects'));
  const text = await readFile(join(folder, 'rejects', name ?? ''), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const statesOf = ({ messages }: Ended) => messages.filter(({ type }) => type === 'STATE');
const people = (): unknown => simulator.store.counts().people;

describe('messages', () => {
  const passing = [
    '{"type":"NEWS","news":{}}',
    '{"type":"LOG","log":{"level":"WARNING","message":"m"}}',
    '{"type":"LOG"}',
    '{"type":"TRACE","trace":{"type":"HEARTBEAT","emitted_at":1}}',
    '{"type":"TRACE","trace":[]}',
    '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":1,"connectorConfig":{"config":["a"]}}}',
    '{"type":"SPEC","spec":null}',
    '{"type":"CATALOG","catalog":{"streams":{}}}',
    '{"type":"CONNECTION_STATUS","connectionStatus":"fine"}',
    '{"type":"DESTINATION_CATALOG"}',
    '{"type":7}',
    `{"type":"LOG","log":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  ];

  it('that are no RECORD and no STATE pass, whatever their shape', async () => {
    const fed = passing.flatMap((message, n) => [`${message}\n`, record('persons', `{"userId":"u${n}"}`)]);
    const ended = await write([...fed, state(1)]);
    expect(ended.code).toBe(0);
    expect(people()).toBe(passing.length);
  });

  it('a RECORD with more fields is delivered, and a STATE comes back with all that it had', async () => {
    const given =
      '"type":"STREAM","stream":{"stream_descriptor":{"name":"persons","later":1},"stream_state":{"n":12345678901234567890},"later":[1.50]},"later":{"x":1e400}';
    const ended = await write([
      '{"type":"RECORD","later":{"a":[1]},"record":{"later":[],"stream":"persons","data":{"userId":"u"},"emitted_at":1,"meta":{"changes":[{"field":"a","change":"NEW","reason":"NEW"}],"later":1}}}\n',
      `{"type":"STATE","later":1,"state":{${given}}}\n`,
    ]);
    expect(ended.code).toBe(0);
    expect(people()).toBe(1);
    expect(ended.lines.find((line) => line.includes('"STATE"'))).toContain(given.replace('1.50', '1.5'));
  });
});

const deep = (levels: number): string => `${'{"a":['.repeat(levels / 2)}1${']}'.repeat(levels / 2)}`;

describe('a record that is nested deep', () => {
  it.each([600, 5000, 100_000])(
    '%i levels: rejected with its column, and all others arrive',
    async (levels) => {
      const ended = await write([
        record('persons', '{"userId":"u1"}'),
        record('persons', `{"userId":"u2","n":12345678901234567890,"tree":${deep(levels)}}`),
        record(
          'relationships',
          `{"userId":"u2","groupId":"g","objectTypeId":"1","relationshipAttributes":${JSON.stringify(deep(levels))}}`,
        ),
        record('relationships', '{"userId":"u1","groupId":"g","objectTypeId":"1"}'),
        record('persons', '{"userId":"u3"}'),
        state(1),
      ]);
      expect(ended.code).toBe(0);
      expect(people()).toBe(2);
      const told = (
        await readFile(join(folder, 'rejects', (await readdir(join(folder, 'rejects')))[0] ?? ''), 'utf8')
      ).split('\n');
      expect(told[0]).toContain('"reason":"too_deep","field":"tree"');
      expect(told[0]).toContain(`"n":12345678901234567890,"tree":${deep(levels)}`);
      expect(told[1]).toContain('"reason":"too_deep","field":"relationshipAttributes"');
      expect(statesOf(ended)).toMatchObject([
        { state: { destinationStats: { recordCount: 2, rejectedRecordCount: 1 } } },
      ]);
    },
  );

  it('is taken up to some hundred levels', async () => {
    const ended = await write([record('persons', `{"userId":"u","tree":${deep(240)}}`)], {
      too_long: 'truncate',
    });
    expect(ended.code).toBe(0);
    expect(people()).toBe(1);
  });
});

describe('a line that is too long', () => {
  const long = 'x'.repeat(2000);

  it('is rejected with its number, for its stream, and the state behind it passes', async () => {
    const ended = await write(
      [
        record('persons', '{"userId":"u1"}'),
        record('persons', `{"userId":"u2","x":"${long}"}`),
        `\n${long}\n`,
        `{"type":"LOG","log":{"level":"INFO","message":"${long}"}}\n`,
        record('persons', '{"userId":"u3"}'),
        state(1),
      ],
      { max_line_bytes: 1000 },
    );
    expect(ended.code).toBe(0);
    expect(people()).toBe(2);
    expect(await rejects()).toMatchObject([
      {
        stream: 'persons',
        reason: 'line_too_long',
        message: expect.stringContaining('Line 2 of the input has 20'),
        record: null,
      },
      {
        stream: '',
        reason: 'line_too_long',
        message: expect.stringContaining('Line 4 of the input has 2000 bytes'),
        record: null,
      },
    ]);
    expect(statesOf(ended)).toMatchObject([
      { state: { destinationStats: { recordCount: 2, rejectedRecordCount: 1 } } },
    ]);
  });

  it('is an error where it is a STATE: none may be lost', async () => {
    const ended = await write([`{"type":"STATE","state":{"data":{"x":"${long}"}}}\n`], {
      max_line_bytes: 1000,
    });
    expect(ended.code).toBe(1);
    expect(JSON.stringify(ended.messages)).toContain('Line 1 of the input is a STATE of 20');
  });

  it('is held in no memory, though it has no end for 400 MB', async () => {
    const piece = Buffer.alloc(1_000_000, 'x');
    function* feed() {
      yield record('persons', '{"userId":"u1"}');
      for (let n = 0; n < 400; n += 1) yield piece;
      yield `\n${record('persons', '{"userId":"u2"}')}`;
    }
    const ended = await write(feed(), { max_line_bytes: 5_000_000 });
    expect(ended.code).toBe(0);
    expect(people()).toBe(2);
    expect(await rejects()).toMatchObject([{ message: expect.stringContaining('400000000 bytes') }]);
    expect(ended.peak).toBeLessThan(400_000_000);
  });
});
