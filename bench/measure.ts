import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What one run of a whole process took, its start among it. */
export interface Figures {
  readonly rows: number;
  readonly seconds: number;
  /** User and system, in seconds, of every thread. */
  readonly cpu: number;
  /** The most that was resident. */
  readonly megabytes: number;
  readonly requests: number;
  readonly refused: number;
}

export interface Counts {
  readonly requests: number;
  readonly refused: number;
}

export interface Sink {
  readonly port: string;
  counts(): Promise<Counts>;
  close(): void;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A server of its own process that answers each batch after a delay. */
export async function startSink(delayMs: number): Promise<Sink> {
  const child = spawn(process.execPath, [here('sink.ts'), String(delayMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const port of createInterface({ input: child.stdout })) {
    return {
      port,
      counts: async () => JSON.parse(await (await fetch(`http://127.0.0.1:${port}/`)).text()),
      close: () => child.kill(),
    };
  }
  throw new Error('the sink did not start');
}

export interface Job {
  readonly command: readonly string[];
  /** A file for its standard input, this many times one after another. */
  readonly input?: string;
  readonly times?: number;
  readonly rows: number;
}

async function feed(child: ChildProcess, path: string, times: number): Promise<void> {
  const { stdin } = child;
  if (stdin === null) return;
  for (let time = 0; time < times; time += 1) {
    const file = createReadStream(path, { highWaterMark: 1 << 20 });
    file.pipe(stdin, { end: false });
    await once(file, 'end');
  }
  stdin.end();
}

/** As bin/ starts it: what Node has compiled is kept, so no run but the first compiles it again. */
const environment = { ...process.env, NODE_COMPILE_CACHE: here('../node_modules/.cache/compile') };

/** Runs a job and measures the whole process by /usr/bin/time. */
export async function measure({ command, input, times = 1, rows }: Job, sink: Sink): Promise<Figures> {
  const before = await sink.counts();
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S %M', ...command], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    env: environment,
  });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
  });
  const closed = once(child, 'close');
  if (input !== undefined) await feed(child, input, times);
  const [code] = await closed;
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${text}`);
  const [user = 0, system = 0, kilobytes = 0] = (text.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  const after = await sink.counts();
  return {
    rows,
    seconds,
    cpu: user + system,
    megabytes: kilobytes / 1000,
    requests: after.requests - before.requests,
    refused: after.refused - before.refused,
  };
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Each figure's median. */
export function medianOf(all: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number => middle(all.map((each) => each[name]));
  return {
    rows: of('rows'),
    seconds: of('seconds'),
    cpu: of('cpu'),
    megabytes: of('megabytes'),
    requests: of('requests'),
    refused: Math.max(...all.map((each) => each.refused)),
  };
}
