import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadProject } from './project.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'models-'));
  await mkdir(join(root, 'mine/deep/.hidden'), { recursive: true });
  await mkdir(join(root, 'models/specification'), { recursive: true });
  await writeFile(join(root, 'mine/deep/a.sql'), '\uFEFFselect 1');
  await writeFile(join(root, 'mine/deep/.hidden/b.sql'), 'select 2');
  await writeFile(join(root, 'mine/schema.yml'), 'version: 2');
  await writeFile(join(root, 'models/s.sql'), 'select 3');
  await writeFile(join(root, 'models/specification/t.sql'), 'select 4');
});
afterAll(() => rm(root, { recursive: true }));

test('the user’s folder is read to its depth, the shipped one at its top', async () => {
  const project = await loadProject({
    target: { type: 'duckdb' },
    folder: join(root, 'mine'),
    shipped: join(root, 'models'),
  });
  const path = join(root, 'mine/deep/a.sql');
  expect([...project.user.values()]).toEqual([{ name: 'a', path, text: 'select 1', config: {} }]);
  expect([...project.shipped.keys()]).toEqual(['s']);
  expect(project.vars).toEqual({});
});

test('the specification’s folder serves as the user’s', async () => {
  const shipped = join(root, 'models');
  const project = await loadProject({
    target: { type: 'duckdb' },
    folder: join(shipped, 'specification'),
    shipped,
  });
  expect([...project.user.keys()]).toEqual(['t']);
});

test('two models of one name are refused', async () => {
  await writeFile(join(root, 'mine/a.sql'), 'select 5');
  const load = loadProject({
    target: { type: 'duckdb' },
    folder: join(root, 'mine'),
    shipped: join(root, 'models'),
  });
  await expect(load).rejects.toThrow(/Two models are named "a": .*mine\/a\.sql and .*deep\/a\.sql/);
  await rm(join(root, 'mine/a.sql'));
});

test('a folder that is not there', async () => {
  const load = loadProject({
    target: { type: 'duckdb' },
    folder: join(root, 'nope'),
    shipped: join(root, 'models'),
  });
  await expect(load).rejects.toThrow(/nope cannot be read/);
});

test('models of the config stand beside those of the folder, under one name each', async () => {
  const options = {
    target: { type: 'duckdb' },
    folder: join(root, 'mine'),
    shipped: join(root, 'models'),
  };
  const inline = [{ name: 's', sql: "{{ config(enabled=true) }} select * from {{ ref('a') }}" }];
  const project = await loadProject({ ...options, inline });
  expect([...project.user.keys()]).toEqual(['a', 's']);
  expect(project.user.get('s')).toMatchObject({ path: 'inline_models/s.sql' });
  const twice = loadProject({ ...options, inline: [{ name: 'a', sql: 'select 1' }] });
  await expect(twice).rejects.toThrow(/Two models are named "a": .*a\.sql and inline_models\/a\.sql/);
});
