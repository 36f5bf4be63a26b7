import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figures, type Job, measure, medianOf, type Sink, startSink } from './measure.ts';
import { peopleCatalog, writePeople } from './people.ts';
import { makePeopleWarehouse } from './people-warehouse.ts';

/**
 * Speed of delivery: people to a server on this machine, beside the floor and peers in the same run, and the ratios
 * that are aimed at. Whole processes, their start among it; medians of the rounds.
 *
 *     npm run build && node bench/delivery.ts [people] [rounds] [times]
 *
 * `times` is how many times as many people the long run has, which shows speed without the start, and memory.
 */

const people = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);
const times = Number(process.argv[4] ?? 10);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const main = here('../dist/main.js');
const python = process.env.DLT_PYTHON ?? join(homedir(), '.cache/nexus-customer-io/bench-dlt/bin/python');

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Way extends Job {
  /** Slow peers run once. */
  readonly rounds: number;
}

interface Files {
  readonly folder: string;
  readonly input: string;
}

async function writeConfigs({ folder }: Files, { port }: Sink): Promise<void> {
  const config = {
    site_id: 's',
    api_key: 'k',
    endpoint: `http://127.0.0.1:${port}`,
    max_requests_per_second: 1000,
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  for (const name of ['people', 'many']) {
    // JSON is YAML. Without a state, each sync is a first one.
    const sync = {
      source: {
        warehouse: { type: 'duckdb', path: join(folder, `${name}.duckdb`) },
        persons: [{ from: 'relation', name: 'people' }],
        events: [],
        objects: [],
        relationships: [],
      },
      destination: config,
      state: join(folder, `${name}-state.json`),
    };
    await writeFile(join(folder, `${name}.yaml`), JSON.stringify(sync));
  }
}

function waysOf({ folder, input }: Files, { port }: Sink): Record<string, Way> {
  const node = process.execPath;
  const write = [node, main, 'destination', 'write', '--config', join(folder, 'config.json')];
  const toWrite = [...write, '--catalog', join(folder, 'catalog.json')];
  const once = { input, rows: people, rounds };
  const long = { input, rows: people * times, rounds: 1, times };
  const dlt = existsSync(python)
    ? { dlt: { ...once, command: [python, here('dlt-client.py'), port], rounds: 1 } }
    : {};
  return {
    floor: { ...once, command: [node, here('floor.ts')] },
    write: { ...once, command: toWrite },
    sync: { command: [node, main, 'sync', '--config', join(folder, 'people.yaml')], rows: people, rounds },
    'batch() of 800, ten in flight': { ...once, command: [node, here('batch-client.ts'), port, '10'] },
    'batch() of 800, one in flight': {
      ...once,
      command: [node, here('batch-client.ts'), port, '1'],
      rounds: 1,
    },
    ...dlt,
    [`floor, ${times} times as many`]: { ...long, command: [node, here('floor.ts')] },
    [`write, ${times} times as many`]: { ...long, command: toWrite },
    [`sync, ${times} times as many`]: {
      command: [node, main, 'sync', '--config', join(folder, 'many.yaml')],
      rows: people * times,
      rounds: 1,
    },
  };
}

function tell(name: string, { rows, seconds, cpu, megabytes, requests, refused }: Figures): void {
  const rate = Math.round(rows / seconds);
  say(
    `  ${name.padEnd(32)} ${String(rate).padStart(8)} rows/s ${((cpu / rows) * 1e5).toFixed(2).padStart(7)} CPU s ${megabytes.toFixed(0).padStart(5)} MB ${String(requests).padStart(6)} requests, ${refused} refused`,
  );
}

/** In turns, so that what else the machine does falls on all of them. */
async function runAll(files: Files, sink: Sink): Promise<Map<string, Figures>> {
  const ways = Object.entries(waysOf(files, sink));
  const all = new Map<string, Figures[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of ways) {
      if (round >= way.rounds) continue;
      for (const state of ['people', 'many'])
        await rm(join(files.folder, `${state}-state.json`), { force: true });
      all.get(name)?.push(await measure(way, sink));
    }
  }
  return new Map([...all].map(([name, each]) => [name, medianOf(each)]));
}

interface Aim {
  readonly what: string;
  readonly ratio: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

function aimsOf(delay: number, found: ReadonlyMap<string, Figures>): Aim[] {
  const rate = (name: string): number => {
    const figures = found.get(name);
    return figures === undefined ? Number.NaN : figures.rows / figures.seconds;
  };
  const of = (name: string, figure: 'cpu' | 'megabytes' | 'refused'): number =>
    found.get(name)?.[figure] ?? Number.NaN;
  const many = (name: string): string => `${name}, ${times} times as many`;
  const aims: Aim[] = [
    { what: "write: rows/s of the floor's", ratio: rate('write') / rate('floor'), atLeast: 0.85 },
    { what: "write: CPU of the floor's", ratio: of('write', 'cpu') / of('floor', 'cpu'), atMost: 1.15 },
    {
      what: "write, many: rows/s of the floor's",
      ratio: rate(many('write')) / rate(many('floor')),
      atLeast: 0.85,
    },
    {
      what: "write, many: CPU of the floor's",
      ratio: of(many('write'), 'cpu') / of(many('floor'), 'cpu'),
      atMost: 1.15,
    },
    {
      what: 'write: rows/s of batch(), ten',
      ratio: rate('write') / rate('batch() of 800, ten in flight'),
      atLeast: 1.3,
    },
    { what: 'write: rows/s of dlt', ratio: rate('write') / rate('dlt'), atLeast: 8 },
    { what: 'sync, many: rows/s of write', ratio: rate(many('sync')) / rate(many('write')), atLeast: 1.5 },
    { what: 'write: peak MB', ratio: of('write', 'megabytes'), atMost: 150 },
    { what: 'write, many: peak MB', ratio: of(many('write'), 'megabytes'), atMost: 150 },
    {
      what: 'write, many: peak MB of few',
      ratio: of(many('write'), 'megabytes') / of('write', 'megabytes'),
      atMost: 1.1,
    },
    { what: 'write: refused for size', ratio: of('write', 'refused') + of('sync', 'refused'), atMost: 0 },
  ];
  const one = {
    what: 'write: rows/s of batch(), one',
    ratio: rate('write') / rate('batch() of 800, one in flight'),
    atLeast: 8,
  };
  return delay === 60 ? [...aims, one] : aims;
}

function tellAim({ what, ratio, atLeast, atMost }: Aim): void {
  if (Number.isNaN(ratio)) return;
  const met = (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost);
  const aim = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  say(`  ${met ? ' ' : '✗'} ${what.padEnd(36)} ${ratio.toFixed(2).padStart(7)}  aim: ${aim}`);
}

async function bench(files: Files): Promise<void> {
  for (const delay of [0, 60]) {
    const sink = await startSink(delay);
    await writeConfigs(files, sink);
    say(`\nThe server answers after ${delay} ms`);
    const found = await runAll(files, sink);
    for (const [name, figures] of found) tell(name, figures);
    say('  and the aims');
    for (const aim of aimsOf(delay, found)) tellAim(aim);
    sink.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-delivery-'));
try {
  const input = join(folder, 'people.ndjson');
  await writePeople(input, people);
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(peopleCatalog));
  await makePeopleWarehouse(join(folder, 'people.duckdb'), people);
  await makePeopleWarehouse(join(folder, 'many.duckdb'), people * times);
  say(
    `${people} people, medians of ${rounds} rounds, Node ${process.versions.node}; CPU for each 100,000 people`,
  );
  if (!existsSync(python))
    say('dlt is left out: make a venv with dlt and requests, and name its python in DLT_PYTHON');
  await bench({ folder, input });
} finally {
  await rm(folder, { recursive: true });
}
