import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** An installation without its own Node, as `npm ci --ignore-scripts` leaves it. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'old-node-'));
  const root = fileURLToPath(new URL('../', import.meta.url));
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await mkdir(join(folder, 'node'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The Node of this process, which takes itself for another version. */
async function pretend(version: string): Promise<void> {
  await writeFile(
    join(folder, 'node', 'version.cjs'),
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  const script = `#!/bin/sh\nexec '${process.execPath}' -r '${join(folder, 'node', 'version.cjs')}' "$@"\n`;
  await writeFile(join(folder, 'node', 'node'), script);
  await chmod(join(folder, 'node', 'node'), 0o755);
}

const call = (name: string, args: readonly string[]) =>
  promisify(execFile)(join(folder, 'bin', name), args, {
    env: { PATH: `${join(folder, 'node')}:/usr/bin:/bin` },
  }).then(
    () => ({ code: 0, stderr: '' }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );

describe('without its own Node', () => {
  it.each(['18.20.4', '20.11.0', '22.22.0', '23.4.0'])(
    'on Node %s it says in one sentence how to mend it',
    async (version) => {
      await pretend(version);
      for (const name of ['nexus-customer-io', 'source-nexus', 'destination-customer-io']) {
        const { code, stderr } = await call(name, ['spec']);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^[\w-]+ needs Node 24, .*npm ci --ignore-scripts=false.*\n$/);
        expect(stderr).toContain(`Node ${version}`);
      }
    },
  );
});

it('npm start goes the same way', async () => {
  const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
  expect(manifest.scripts.start).toMatch(/^bin\//);
});
