import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defaultAccount } from '../integration_tests/snowflake-server/server.ts';
import type { Measured } from './reading.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The tap's Python, installed on first use; undefined, with the reason on stderr, where that cannot be. */
export function tapPython(): string | undefined {
  const parameters = ['bench-tap', here('snowflake-tap-requirements.txt')];
  const made = spawnSync(here('../.ci/python-environment'), parameters, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return made.status === 0 ? join(made.stdout.trim(), 'bin/python') : undefined;
}

const config = {
  account: 'acme-test',
  user: defaultAccount.user,
  password: defaultAccount.password,
  role: 'NEXUS_READER',
  warehouse: 'COMPUTE_WH',
  database: 'DEMO',
  schema: 'NEXUS',
};

/** A Singer column as the tap's own discovery describes it. */
type Property = Readonly<Record<string, unknown>>;

const text: Property = { type: ['null', 'string'] };
const number: Property = { type: ['null', 'number'] };

const properties: Readonly<Record<string, Property>> = {
  userId: text,
  timestamp: text,
  name: text,
  number,
  big: number,
  amount: number,
  ratio: number,
  active: { type: ['null', 'boolean'] },
  day: { type: ['null', 'string'], format: 'date' },
  seen: text,
  properties: text,
  city: text,
  nothing: text,
  note: text,
  two_lines: text,
};

function catalogOf(table: string) {
  const selected = { selected: true, inclusion: 'available' };
  const root = { ...selected, 'schema-name': 'nexus', 'database-name': 'demo' };
  const columns = Object.keys(properties).map((name) => ({
    breadcrumb: ['properties', name],
    metadata: selected,
  }));
  const stream = {
    tap_stream_id: table,
    stream: table,
    table_name: table,
    replication_method: 'FULL_TABLE',
    schema: { type: 'object', properties },
    metadata: [{ breadcrumb: [], metadata: root }, ...columns],
  };
  return { streams: [stream] };
}

const figures = z.object({ rows: z.number(), seconds: z.number(), cpu: z.number(), memory: z.number() });

/** Records and their bytes that came out of the tap. */
async function countRecords(lines: AsyncIterable<string>): Promise<{ rows: number; bytes: number }> {
  const counted = { rows: 0, bytes: 0 };
  for await (const line of lines) {
    if (!line.startsWith('{"type":"RECORD"')) continue;
    counted.rows += 1;
    counted.bytes += Buffer.byteLength(line) + 1;
  }
  return counted;
}

/** For a tap that hangs. */
const longestMs = 120_000;

async function run(python: string, url: string, folder: string): Promise<Measured> {
  const tap = spawn(python, [here('snowflake-tap.py'), url, folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // It asks a cloud's address for metadata first, and waits for ever where that one never answers.
    env: { ...process.env, SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true' },
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  const errors: string[] = [];
  tap.stderr.setEncoding('utf8').on('data', (part: string) => errors.push(part));
  const ended = once(tap, 'close');
  const counted = await countRecords(createInterface({ input: tap.stdout }));
  const [code] = await ended;
  if (code !== 0) throw new Error(`The tap ended with code ${code}:\n${errors.join('').slice(-2000)}`);
  const measured = figures.parse(JSON.parse(await readFile(join(folder, 'measured.json'), 'utf8')));
  if (measured.rows !== counted.rows) throw new Error(`The tap read ${measured.rows}, wrote ${counted.rows}`);
  return { ...measured, bytes: counted.bytes };
}

/** The tap on one table of people, from its first record to its last. Throws where it fails. */
export async function measureTap(python: string, url: string, table: string): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tap-'));
  try {
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalogOf(table)));
    return await run(python, url, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
