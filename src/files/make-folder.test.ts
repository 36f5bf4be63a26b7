import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf } from '../errors/file-fault.ts';
import { makeFolder } from './make-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

const codeOfMaking = (path: string): Promise<string | undefined> =>
  makeFolder(path).then(() => 'made', codeOf);

test('makes the folders above too, with the mode, and leaves what is there', async () => {
  const folder = await temporaryFolder('make-folder-');
  await makeFolder(join(folder, 'a', 'b', 'c'), 0o700);
  expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700);
  await makeFolder(join(folder, 'a', 'b', 'c'), 0o755);
  expect((await stat(join(folder, 'a', 'b', 'c'))).mode & 0o777).toBe(0o700);
  await makeFolder('/');
});

test('many at once make one folder', async () => {
  const path = join(await temporaryFolder('make-folder-'), 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
  expect((await stat(path)).isDirectory()).toBe(true);
});

test('follows a link to a folder', async () => {
  const folder = await temporaryFolder('make-folder-');
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'link'));
  await makeFolder(join(folder, 'link', 'a'));
  expect((await stat(join(folder, 'real', 'a'))).isDirectory()).toBe(true);
});

test('tells what stands in the way', async () => {
  const folder = await temporaryFolder('make-folder-');
  await writeFile(join(folder, 'file'), '');
  await symlink(join(folder, 'nowhere'), join(folder, 'broken'));
  expect(await codeOfMaking(join(folder, 'file'))).toBe('EEXIST');
  expect(await codeOfMaking(join(folder, 'file', 'a', 'b'))).toBe('ENOTDIR');
  expect(await codeOfMaking(join(folder, 'broken', 'a'))).toBe('EEXIST');
});

test('ends where a folder answers ENOENT to what is made in it, as those of Linux’s /proc do', async () => {
  expect(await codeOfMaking('/proc/none/a')).toMatch(/^(?:ENOENT|EACCES|EROFS)$/);
});
