import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { marks } from './aims.ts';

/**
 * Every bench one after another, small enough for three minutes in all, and the sum of their aims in the last line.
 *
 *     npm run bench -- [--rows 20000] [--rounds 1] [--only delivery,duckdb]
 *
 * Ratios of so few rows tell a change for the worse, not what the connector can do: the start of a process weighs
 * much in them. README.md has the real sizes.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const { rows, rounds, only } = values;

/** File and parameters of each bench. */
const benches: Readonly<Record<string, readonly string[]>> = {
  delivery: ['delivery.ts', rows, rounds, '5'],
  duckdb: ['duckdb.ts', String(Number(rows) * 10), rounds],
  snapshot: ['snapshot.ts', String(Number(rows) * 10), rounds],
  snowflake: ['snowflake.ts', rows, rounds],
  compile: ['compile.ts'],
  identities: ['identity-resolution.ts', rows],
};

const missed: string[] = [];
let met = 0;

async function run(name: string, [file = '', ...parameters]: readonly string[]): Promise<void> {
  process.stdout.write(`\n## ${name}\n`);
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`);
    if (line.startsWith(marks.met)) met += 1;
    if (line.startsWith(marks.missed)) missed.push(`${name}: ${line.slice(2).replace(/ {2,}/g, ' ')}`);
  }
  const [code] = await ended;
  if (code !== 0) missed.push(`${name} ended with code ${code}`);
}

const names = only?.split(',') ?? Object.keys(benches);
const began = performance.now();
for (const name of names) {
  const bench = benches[name];
  if (bench === undefined)
    throw new Error(`There is no bench "${name}": ${Object.keys(benches).join(', ')}.`);
  await run(name, bench);
}
process.stdout.write('\n');
for (const line of missed) process.stdout.write(`missed: ${line}\n`);
const seconds = Math.round((performance.now() - began) / 1000);
process.stdout.write(`${met} of ${met + missed.length} aims met, in ${seconds} s\n`);
