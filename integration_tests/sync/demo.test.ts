import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../support/processes.ts';

it('shows a newcomer two syncs, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  try {
    const { code, stdout, stderr } = await run('nexus-customer-io', ['demo'], { env: { TMPDIR: folder } });
    expect(code, stderr).toBe(0);
    const made = (await readdir(folder)).filter((name) => name.startsWith('nexus-demo'));
    expect(made).toEqual([]);
    const tables = [...stderr.matchAll(/^(\w+) +([\d,]+) +([\d,]+) +([\d,]+) +[\d.]+$/gm)].map(
      ([, ...row]) => row,
    );
    expect(tables).toEqual([
      ['persons', '5,000', '5,000', '0'],
      ['objects', '40', '40', '0'],
      ['relationships', '9,000', '9,000', '0'],
      ['events', '60,000', '60,000', '0'],
      ['total', '74,040', '74,040', '0'],
      ['persons', '5', '5', '0'],
      ['objects', '2', '2', '0'],
      ['relationships', '451', '451', '0'],
      ['events', '50', '50', '0'],
      ['total', '508', '508', '0'],
    ]);
    expect(stdout).toMatch(/people +5,000/);
    expect(stdout).toMatch(/events +60,050/);
    expect(stdout).toMatch(/is_primary_location/);
    expect(stdout.trimEnd()).toMatch(/sync --config sync\.yaml[\s\S]*$/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
