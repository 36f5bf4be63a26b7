import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runForPerson } from '../cli/command.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { changeWarehouse, generateWarehouse } from '../demo/generate-warehouse.ts';
import { describeHoldings, type Holdings } from '../demo/holdings.ts';
import { demoAccount, demoSyncYaml, nextSteps } from '../demo/sync-yaml.ts';
import { configError } from '../errors/connector-error.ts';
import { fileFault } from '../errors/file-fault.ts';
import { makeFolder } from '../files/make-folder.ts';
import { requireFolder } from '../files/named-file.ts';
import { temporaryFolder } from '../files/temporary-folder.ts';
import { type Simulator, startSimulator } from '../simulator/server.ts';
import {
  lapsedAtPrimaryLocation,
  multiLocation,
  newAtLocation,
  primaryLocationIs,
} from '../simulator/workspace/segments.ts';
import { parseSyncFile } from '../sync/sync-file.ts';
import { newSync, syncAndReport } from './sync.ts';

export interface DemoCommandOptions {
  /** The folder to leave behind; without it nothing is. */
  readonly keep?: string;
}

export function runDemo({ keep }: DemoCommandOptions): Promise<number> {
  const work = async (signal: AbortSignal): Promise<number> => {
    const folder = await folderFor(keep);
    try {
      return await withSimulator((simulator) => showOff(folder, simulator, signal));
    } finally {
      if (keep === undefined) await rm(folder, { recursive: true, force: true });
      else say(`The warehouse and a sync.yaml are in ${folder}`);
    }
  };
  return untilInterrupted((signal) => runForPerson(new Mask(), () => work(signal)));
}

async function withSimulator(work: (simulator: Simulator) => Promise<number>): Promise<number> {
  const simulator = await startSimulator({ ...demoAccount, objectTypes: ['1'] });
  try {
    return await work(simulator);
  } finally {
    await simulator.close();
  }
}

async function showOff(folder: string, simulator: Simulator, signal: AbortSignal): Promise<number> {
  const warehouse = join(folder, 'warehouse.duckdb');
  const path = join(folder, 'sync.yaml');
  // Its state is of no use to another Customer.io, which has none of the rows.
  const file = parseSyncFile(demoSyncYaml(simulator.url, 'demo-state.json'), path, {});
  const sync = (): Promise<number> => syncAndReport(file, newSync(signal));
  say('A nexus warehouse of made-up people, and a local Customer.io');
  // This simulator ends with the demo; whoever keeps the folder starts one on the usual port.
  await writeFile(path, demoSyncYaml('http://127.0.0.1:8040'));
  await generateWarehouse(warehouse);
  say('\nFirst sync: everything\n');
  if ((await sync()) !== 0) return 1;
  say('\nAn hour later a few rows have changed. Second sync: only those\n');
  await changeWarehouse(warehouse);
  if ((await sync()) !== 0) return 1;
  say(describeHoldings(holdingsOf(simulator)));
  say(nextSteps);
  return 0;
}

function holdingsOf({ store }: Simulator): Holdings {
  const now = Date.now() / 1000;
  const person = store.people().find(({ relationships }) => relationships.length > 1);
  const segments = [
    { name: 'Primary location is L0001', people: primaryLocationIs(store, 'L0001') },
    { name: 'Multi-location people', people: multiLocation(store) },
    { name: 'Lapsed at primary location', people: lapsedAtPrimaryLocation(store, now) },
    { name: 'New at location', people: newAtLocation(store, now) },
  ];
  const { people, objects, relationships, events } = store.counts();
  return {
    counts: { people, objects, relationships, events },
    person,
    segments: segments.map(({ name, people }) => ({ name, size: people.length })),
  };
}

/** The demo writes over nothing: a folder to keep must be new or empty. */
async function folderFor(keep: string | undefined): Promise<string> {
  if (keep === undefined) return temporaryFolder('nexus-demo-');
  const folder = resolve(keep);
  await requireFolder('--keep', folder);
  await makeFolder(folder).catch((cause: unknown) => {
    throw configError(`--keep: ${folder} cannot be made: ${fileFault(cause)}.`, { cause });
  });
  if ((await readdir(folder)).length > 0) {
    throw configError(`--keep: ${folder} is not empty. Name a new or an empty folder.`);
  }
  return folder;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
