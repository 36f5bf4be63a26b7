import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LastingFile } from './lasting-file.ts';

let folder: string;
let path: string;
let file: LastingFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lasting-'));
  path = join(folder, 'rejects', 'a.ndjson');
  file = new LastingFile(path);
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

const text = () => readFile(path, 'utf8');
const rejects = () => join(folder, 'rejects');

it.each([
  ['the folder is removed', () => rm(rejects(), { recursive: true })],
  ['the file is removed', () => rm(path)],
  ['the folder is moved', () => rename(rejects(), join(folder, 'old'))],
  ['another file takes its place', () => rename(path, `${path}.old`).then(() => writeFile(path, ''))],
])('holds everything after %s', async (_what, takeAway) => {
  const long = `${'x'.repeat(200_000)}\n`;
  await file.append(long);
  await takeAway();
  await file.restore();
  expect(await text()).toBe(long);
  await takeAway().catch(() => undefined);
  await file.append('two\n');
  await file.append('three\n');
  expect(await text()).toBe(`${long}two\nthree\n`);
});

it('is not made before something is written', async () => {
  await file.restore();
  await expect(text()).rejects.toThrow('ENOENT');
});

it('fails where it cannot be made anew, and holds everything once it can', async () => {
  await file.append('one\n');
  await rm(rejects(), { recursive: true });
  await writeFile(rejects(), 'in the way');
  await expect(file.append('two\n')).rejects.toThrow();
  await rm(rejects());
  await mkdir(rejects());
  await file.append('two\n');
  expect(await text()).toBe('one\ntwo\n');
});
