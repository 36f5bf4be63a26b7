import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { peopleCatalog, writePeople } from './people.ts';

/**
 * Speed of `write`: people on stdin to a server on this machine, beside the floor and customerio-node's
 * batch() in the same run. Prints rows a second, CPU seconds and peak memory, medians of the rounds.
 *
 *     node bench/delivery.ts [people] [rounds]
 */

const people = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Figures {
  readonly seconds: number;
  readonly cpu: number;
  readonly megabytes: number;
}

/** Runs a command on the file and measures the whole process by /usr/bin/time. */
async function measure(command: readonly string[], input: string): Promise<Figures> {
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S %M', process.execPath, ...command], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  createReadStream(input, { highWaterMark: 1 << 20 }).pipe(child.stdin);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${text}`);
  const [user = 0, system = 0, kilobytes = 0] = (text.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds: (performance.now() - started) / 1000, cpu: user + system, megabytes: kilobytes / 1000 };
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function sink(delayMs: number): Promise<{ port: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [here('sink.ts'), String(delayMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const port of createInterface({ input: child.stdout })) return { port, process: child };
  throw new Error('the sink did not start');
}

function row(name: string, all: readonly Figures[], floor: Figures | undefined): Figures {
  const figures = {
    seconds: median(all.map((each) => each.seconds)),
    cpu: median(all.map((each) => each.cpu)),
    megabytes: median(all.map((each) => each.megabytes)),
  };
  const perSecond = Math.round(people / figures.seconds);
  const ratio =
    floor === undefined
      ? ''
      : ` ${(floor.seconds / figures.seconds).toFixed(2)} of the floor's rows/s, ${(figures.cpu / floor.cpu).toFixed(2)} of its CPU`;
  say(
    `${name.padEnd(34)} ${String(perSecond).padStart(8)} rows/s  ${figures.cpu.toFixed(2)} CPU s  ${figures.megabytes.toFixed(0)} MB${ratio}`,
  );
  return figures;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-delivery-'));
  const input = join(folder, 'people.ndjson');
  await writePeople(input, people);
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(peopleCatalog));
  say(`${people} people, ${rounds} rounds, Node ${process.versions.node}; whole processes, start-up in them`);
  for (const delay of [0, 60]) {
    const server = await sink(delay);
    const config = {
      site_id: 's',
      api_key: 'k',
      endpoint: `http://127.0.0.1:${server.port}`,
      max_requests_per_second: 1000,
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const args = ['--config', join(folder, 'config.json'), '--catalog', join(folder, 'catalog.json')];
    const commands: Record<string, string[]> = {
      floor: [here('floor.ts')],
      [`write, ${delay} ms`]: [here('../dist/main.js'), 'destination', 'write', ...args],
      [`batch() of 800, 10 in flight, ${delay} ms`]: [here('batch-client.ts'), server.port, '10'],
      [`batch() of 800, one in flight, ${delay} ms`]: [here('batch-client.ts'), server.port, '1'],
    };
    const all: Record<string, Figures[]> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of Object.entries(commands)) {
        all[name] = [...(all[name] ?? []), await measure(command, input)];
      }
    }
    let floor: Figures | undefined;
    for (const [name, figures] of Object.entries(all)) {
      const told = row(name, figures, floor);
      if (name === 'floor') floor = told;
    }
    say(`server: ${await (await fetch(`http://127.0.0.1:${server.port}/`)).text()}`);
    server.process.kill();
  }
  await rm(folder, { recursive: true });
}

await main();
