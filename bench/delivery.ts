import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aim, aimLine } from './aims.ts';
import { hasDlt, type Sizes, waysOf, writeConfigs, writeInputs } from './delivery-ways.ts';
import { type Figures, measure, medianOf, type Sink, startSink } from './measure.ts';

/**
 * Speed of delivery: records to a server on this machine, beside the floor and peers in the same run, and the ratios
 * that are aimed at. Whole processes, their start among it; medians of the rounds.
 *
 *     npm run build && node bench/delivery.ts [people] [rounds] [times]
 */

const sizes: Sizes = {
  people: Number(process.argv[2] ?? 100_000),
  rounds: Number(process.argv[3] ?? 3),
  times: Number(process.argv[4] ?? 10),
};

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function tell(name: string, { rows, seconds, cpu, megabytes, requests, refused }: Figures): void {
  const rate = Math.round(rows / seconds);
  say(
    `  ${name.padEnd(32)} ${String(rate).padStart(8)} rows/s ${((cpu / rows) * 1e5).toFixed(2).padStart(7)} CPU s ${megabytes.toFixed(0).padStart(5)} MB ${String(requests).padStart(6)} requests, ${refused} refused`,
  );
}

/** In turns, so that what else the machine does falls on all of them. */
async function runAll(folder: string, sink: Sink): Promise<Map<string, Figures>> {
  const ways = Object.entries(waysOf(folder, sink, sizes));
  const all = new Map<string, Figures[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < sizes.rounds; round += 1) {
    for (const [name, way] of ways) {
      if (round >= way.rounds) continue;
      for (const state of ['people', 'many']) await rm(join(folder, `${state}-state.json`), { force: true });
      all.get(name)?.push(await measure(way, sink));
    }
  }
  return new Map([...all].map(([name, each]) => [name, medianOf(each)]));
}

type Found = ReadonlyMap<string, Figures>;

/** Figures of a way, NaN where it was not run. */
const of = (found: Found, name: string, figure: 'cpu' | 'megabytes' | 'refused'): number =>
  found.get(name)?.[figure] ?? Number.NaN;

function rates(found: Found, name: string, other: string): number {
  const rate = (way: string): number => {
    const figures = found.get(way);
    return figures === undefined ? Number.NaN : figures.rows / figures.seconds;
  };
  return rate(name) / rate(other);
}

const cpus = (found: Found, name: string, other: string): number =>
  of(found, name, 'cpu') / of(found, other, 'cpu');

function speedAims(found: Found, delay: number): Aim[] {
  const one: Aim = {
    what: 'write: rows/s of batch(), one in flight',
    ratio: rates(found, 'write', 'batch() of 800, one in flight'),
    atLeast: 8,
  };
  return [
    { what: 'write: rows/s of the floor', ratio: rates(found, 'write', 'floor'), atLeast: 0.85 },
    {
      what: 'write, many: rows/s of the floor',
      ratio: rates(found, 'write, many', 'floor, many'),
      atLeast: 0.85,
    },
    {
      what: 'write: rows/s of batch(), ten in flight',
      ratio: rates(found, 'write', 'batch() of 800, ten in flight'),
      atLeast: 1.3,
    },
    ...(delay === 0 ? [] : [one]),
    { what: 'write: rows/s of dlt', ratio: rates(found, 'write', 'dlt'), atLeast: 8 },
    {
      what: 'sync, many: rows/s of write, many',
      ratio: rates(found, 'sync, many', 'write, many'),
      atLeast: 1,
    },
  ];
}

function cpuAims(found: Found): Aim[] {
  const streams = ['write, relationships', 'write, events without a ULID'].map((name) => ({
    what: `${name}: CPU of write`,
    ratio: cpus(found, name, 'write'),
    atMost: 1.3,
  }));
  return [
    { what: 'write: CPU of the floor', ratio: cpus(found, 'write', 'floor'), atMost: 1.15 },
    { what: 'write, many: CPU of the floor', ratio: cpus(found, 'write, many', 'floor, many'), atMost: 1.15 },
    ...streams,
    {
      what: 'write, Pipelines API: CPU of write',
      ratio: cpus(found, 'write, Pipelines API', 'write'),
      atMost: 1.2,
    },
  ];
}

function memoryAims(found: Found): Aim[] {
  const write = of(found, 'write', 'megabytes');
  const many = of(found, 'write, many', 'megabytes');
  return [
    { what: 'write: peak MB', ratio: write, atMost: 150 },
    { what: 'write, many: peak MB', ratio: many, atMost: 150 },
    { what: 'write, many: peak MB of write', ratio: many / write, atMost: 1.1 },
    {
      what: 'write and sync: requests refused for size',
      ratio: of(found, 'write', 'refused') + of(found, 'sync', 'refused'),
      atMost: 0,
    },
  ];
}

async function bench(folder: string): Promise<void> {
  for (const delay of [0, 60]) {
    const sink = await startSink(delay);
    await writeConfigs(folder, sink);
    say(`\nThe server answers after ${delay} ms`);
    const found = await runAll(folder, sink);
    for (const [name, figures] of found) tell(name, figures);
    for (const aim of [...speedAims(found, delay), ...cpuAims(found), ...memoryAims(found)]) {
      process.stdout.write(aimLine(aim));
    }
    sink.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'bench-delivery-'));
try {
  await writeInputs(folder, sizes);
  say(
    `${sizes.people} rows, medians of ${sizes.rounds} rounds, many: ${sizes.times} times as many; Node ${process.versions.node}; CPU for each 100,000 rows`,
  );
  if (!hasDlt) say('dlt is left out: make a venv with dlt and requests, and name its python in DLT_PYTHON');
  await bench(folder);
} finally {
  await rm(folder, { recursive: true });
}
