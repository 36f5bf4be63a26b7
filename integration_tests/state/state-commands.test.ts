import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateWarehouse } from '../../src/demo/generate-warehouse.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { run } from '../support/processes.ts';

/** A state in a person's hands: shown, reset, taken out and put back, without an editor. */
let folder: string;
let config: string;
let simulator: Awaited<ReturnType<typeof startSimulator>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-commands-'));
  config = join(folder, 'sync.yaml');
  simulator = await startSimulator({ siteId: 'site', apiKey: 'key' });
  await generateWarehouse(join(folder, 'warehouse.duckdb'), { scale: 0.004 });
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

const state = (...args: string[]) => run('nexus-customer-io', ['state', ...args, '--config', config]);
const sync = (...args: string[]) => run('nexus-customer-io', ['sync', '--config', config, ...args]);
const readOf = (stdout: string): Record<string, number> =>
  Object.fromEntries(
    (JSON.parse(stdout).streams as { stream: string; read: number }[]).map(({ stream, read }) => [
      stream,
      read,
    ]),
  );
const saved = () => readFile(join(folder, 'state.json'), 'utf8');

describe.each(['snapshot', 'cursor'])('the state of a sync by %s', (way) => {
  beforeEach(async () => {
    await rm(join(folder, 'state.json'), { force: true });
    await writeFile(
      config,
      `source:
  warehouse: {type: duckdb, path: warehouse.duckdb}
  changes: ${way}
destination: {site_id: site, api_key: key, endpoint: '${simulator.url}'}
state: state.json
`,
    );
    const { code, stderr } = await sync();
    expect(code, stderr).toBe(0);
  });

  it('is shown as a table, and as JSON', async () => {
    const shown = await state('show');
    expect(shown.stdout).toMatch(/^stream +way +reached +models +sent to\n/);
    expect(shown.stdout).toMatch(new RegExp(`^persons +${way} `, 'm'));
    const json = JSON.parse((await state('show', '--json')).stdout);
    expect(json).toContainEqual(expect.objectContaining({ stream: 'events', way }));
  });

  it('is reset for one stream, after a yes, and that alone is sent again', async () => {
    const asked = await state('reset', 'persons');
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('add --yes') });
    expect(await state('reset', 'persns', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean "persons"?'),
    });
    expect((await state('reset', 'persons', '--yes')).code).toBe(0);
    expect((await state('show')).stdout).not.toMatch(/^persons/m);
    const again = await sync();
    expect(again.code, again.stderr).toBe(0);
    expect(readOf(again.stdout)).toEqual({ persons: 20, objects: 0, relationships: 0, events: 0 });
  });

  it('goes out and comes back as it was', async () => {
    const { stdout } = await state('export');
    const before = await saved();
    expect(stdout).toBe(before);
    await writeFile(join(folder, 'kept.json'), stdout);
    await state('reset', 'persons', 'events', '--yes');
    expect(await saved()).not.toBe(before);
    expect((await state('import', join(folder, 'kept.json'))).code).toBe(1);
    expect((await state('import', join(folder, 'kept.json'), '--yes')).code).toBe(0);
    expect(await saved()).toBe(before);
    expect((await stat(join(folder, 'state.json'))).mode & 0o777).toBe(0o600);
  });

  it('is kept where what is imported was cut off', async () => {
    const before = await saved();
    await writeFile(join(folder, 'cut.json'), before.slice(0, -9));
    const { code, stderr } = await state('import', join(folder, 'cut.json'), '--yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('cut off or edited')]);
    expect(await saved()).toBe(before);
  });

  it('is passed over by sync --resend for the streams that it names, and no others', async () => {
    const again = await sync('--resend', 'objects,events');
    expect(again.code, again.stderr).toBe(0);
    const { persons, relationships, objects = 0, events = 0 } = readOf(again.stdout);
    expect([persons, relationships]).toEqual([0, 0]);
    expect(Math.min(objects, events)).toBeGreaterThan(0);
    expect(readOf((await sync()).stdout)).toEqual({ persons: 0, objects: 0, relationships: 0, events: 0 });
    const wrong = await sync('--resend', 'event');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Did you mean "events"?')]);
  });
});

it('says so where there is no state yet', async () => {
  await rm(join(folder, 'state.json'), { force: true });
  expect((await state('show')).stdout).toContain('No state yet');
  expect(await state('export')).toMatchObject({ code: 1, stderr: expect.stringContaining('no state yet') });
  expect((await state('reset', 'persons', '--yes')).stderr).toContain('It has no state yet');
});
