import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporary-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const noProcess = 2 ** 22 + 1;
const eightDaysAgo = new Date(Date.now() - 8 * 24 * 3_600_000);

it('makes a folder that is its user’s alone, beside that of another run that is under way', async () => {
  const folders = [await temporaryFolder('nexus-x-'), await temporaryFolder('nexus-x-')];
  expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual(folders.sort());
  for (const path of folders) expect((await stat(path)).mode & 0o777).toBe(0o700);
});

it('removes what runs that were killed have left, with all in it, and nothing else', async () => {
  const mine = await temporaryFolder('nexus-x-');
  const parts = basename(mine).slice('nexus-x-'.length).split('-');
  const [place = '', pid = '', boot = '', ticks = ''] = parts;
  const dead = `nexus-x-${place}-${noProcess}-${boot}-${ticks}-aaaaaa`;
  const used = `nexus-x-${place}-${pid}-${boot}-1-aaaaaa`;
  const elsewhere = `nexus-x-00000000-${noProcess}-${boot}-${ticks}-aaaaaa`;
  const long = `nexus-x-00000000-${noProcess}-${boot}-${ticks}-bbbbbb`;
  for (const name of [dead, used, elsewhere, long, 'nexus-x-oldoldway', 'nexus-y-abcdef']) {
    await mkdir(join(folder, name, 'deep'), { recursive: true });
    await writeFile(join(folder, name, 'deep', 'spilled'), 'x');
  }
  await writeFile(join(folder, 'nexus-x-file'), 'x');
  for (const name of [long, 'nexus-x-file']) await utimes(join(folder, name), eightDaysAgo, eightDaysAgo);
  const next = await temporaryFolder('nexus-x-');
  const kept = [
    basename(mine),
    basename(next),
    elsewhere,
    'nexus-x-oldoldway',
    'nexus-y-abcdef',
    'nexus-x-file',
  ];
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});
