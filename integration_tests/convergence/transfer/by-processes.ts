import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AirbyteStateMessage } from '../../../src/protocol/messages.ts';
import { type Ended, ended, messagesOf, start } from '../../support/processes.ts';
import { configuredCatalog, sourceConfigOf } from './by-airbyte.ts';
import { type Carrier, fileOf, type Job } from './job.ts';

/** Two processes and a pipe, as a platform joins them; `stumble` kills either at any moment. */
export const byProcesses: Carrier = {
  async carry(job) {
    const [source, destination] = await transfer(job, undefined);
    if (source.code === 0 && destination.code === 0) return;
    throw new Error(`The transfer failed: ${source.stderr}\n${destination.stderr}`);
  },
  async stumble(job, chance) {
    const side = chance.pick<Kill['side']>(['source', 'destination']);
    const after = chance.below(longest);
    await transfer(job, { side, after });
    return `the ${side} was killed after ${after} ms`;
  },
};

/** Milliseconds by which most transfers have ended. */
const longest = 1200;

interface Kill {
  readonly side: 'source' | 'destination';
  readonly after: number;
}

async function transfer(job: Job, kill: Kill | undefined): Promise<readonly [Ended, Ended]> {
  const { statePath, destination: account } = fileOf(job);
  const config = sourceConfigOf(job);
  const keep = async (name: string, content: unknown): Promise<string> => {
    await writeFile(`${job.folder}/${name}`, JSON.stringify(content));
    return `${job.folder}/${name}`;
  };
  const catalog = await keep('catalog.json', await configuredCatalog(config));
  const state = existsSync(statePath) ? ['--state', statePath] : [];
  const source = start('source-nexus', [
    ...['read', '--config', await keep('source.json', config), '--catalog', catalog],
    ...state,
  ]);
  const destination = start('destination-customer-io', [
    ...['write', '--config', await keep('destination.json', account), '--catalog', catalog],
  ]);
  // Whoever is left writes to one who is gone.
  for (const child of [source, destination]) child.stdin.on('error', () => undefined);
  source.stdin.end();
  source.stdout.pipe(destination.stdin);
  const ends = Promise.all([ended(source), ended(destination)]);
  if (kill !== undefined) {
    await Promise.race([sleep(kill.after), ends]);
    (kill.side === 'source' ? source : destination).kill('SIGKILL');
  }
  const both = await ends;
  await keepStates(both[1].stdout, statePath);
  return both;
}

/** Whole lines only: what a process was killed at is no message. */
async function keepStates(stdout: string, path: string): Promise<void> {
  const known: AirbyteStateMessage[] = existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : [];
  const given = messagesOf(stdout.slice(0, stdout.lastIndexOf('\n') + 1)).flatMap(({ type, state }) =>
    type === 'STATE' ? [state as AirbyteStateMessage] : [],
  );
  const newest = new Map(
    [...known, ...given].map((state) => [state.stream?.stream_descriptor.name ?? '', state]),
  );
  if (newest.size > 0) await writeFile(path, JSON.stringify([...newest.values()]));
}
