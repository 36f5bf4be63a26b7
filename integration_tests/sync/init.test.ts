import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { destinationSpec } from '../../src/destination/spec.ts';
import { sourceSpec } from '../../src/source/spec.ts';
import { syncFileSchema } from '../../src/sync/sync-schema.ts';
import { run } from '../support/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'init-'));
});
afterEach(() => rm(folder, { recursive: true }));

const init = (...args: string[]) => run('nexus-customer-io', ['init', ...args], { cwd: folder });
const schemaFile = new URL('../../docs/sync.schema.json', import.meta.url);
const schema = async () => JSON.parse(await readFile(schemaFile, 'utf8'));

describe('init', () => {
  it.each([
    ['duckdb', ['path=data/w.duckdb'], { type: 'duckdb', path: 'data/w.duckdb' }],
    ['parquet', [], { type: 'duckdb', path: 'parquet' }],
    [
      'snowflake',
      ['account=org-acc', 'user=READER', 'warehouse=WH', 'database=DB', 'schema=007'],
      {
        type: 'snowflake',
        account: 'org-acc',
        user: 'READER',
        warehouse: 'WH',
        database: 'DB',
        schema: '007',
      },
    ],
  ])(
    'writes a sync file for %s that its schema takes, with no secret in it',
    async (kind, set, warehouse) => {
      const done = await init(
        '--warehouse',
        kind,
        '--region',
        'eu',
        ...set.flatMap((pair) => ['--set', pair]),
      );
      expect(done.code, done.stderr).toBe(0);
      const text = await readFile(join(folder, 'sync.yaml'), 'utf8');
      const file = parse(text);
      expect(file).toMatchObject({
        source: { warehouse },
        destination: { region: 'eu' },
        state: 'state.json',
      });
      const validate = new Ajv({ strict: false, validateFormats: false }).compile(await schema());
      expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
      expect(text).toMatch(/^# yaml-language-server: \$schema=\S+docs\/sync\.schema\.json$/m);
      const secrets = [...text.matchAll(/^ *(?:api_key|private_key): (.*?)(?: {3}#|$)/gm)].map(
        ([, value]) => value,
      );
      expect(secrets.length).toBeGreaterThan(0);
      for (const secret of secrets) expect(secret).toMatch(/^\$\{[A-Z_]+\}$/);
    },
  );

  it('makes a file that check can read at once', async () => {
    await init('--warehouse', 'duckdb', '--set', 'path=none.duckdb');
    const env = { CUSTOMER_IO_SITE_ID: 's', CUSTOMER_IO_API_KEY: 'k' };
    const { code, stdout } = await run('nexus-customer-io', ['check', '--config', 'sync.yaml'], {
      cwd: folder,
      env,
    });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('none.duckdb (warehouse.path) does not exist'),
    ]);
  });

  it('overwrites nothing but with --force', async () => {
    await writeFile(join(folder, 'sync.yaml'), 'mine');
    expect(await init()).toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    expect(await readFile(join(folder, 'sync.yaml'), 'utf8')).toBe('mine');
    expect((await init('--force')).code).toBe(0);
    expect(await readFile(join(folder, 'sync.yaml'), 'utf8')).toContain('warehouse:');
  });

  it.each([
    [['--warehouse', 'snowflak'], 'Did you mean "snowflake"?'],
    [['--warehouse', 'duckdb', '--set', 'pth=x'], 'Did you mean "path"?'],
    [['--region', 'US'], 'us or eu'],
    [['--config', 'no/sync.yaml'], 'cannot be written'],
  ])('refuses %j', async (args, says) => {
    expect(await init(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(says) });
  });
});

describe('docs/sync.schema.json', () => {
  it('is what the forms say; npm run docs writes it', async () => {
    const forms = [sourceSpec(), destinationSpec()].map((spec) => spec.connectionSpecification);
    expect(await schema()).toEqual(JSON.parse(JSON.stringify(syncFileSchema(forms[0], forms[1]))));
  });

  it.each([
    [{ destination: { requests_in_flight: '$'.concat('{N}'), max_rejects: 5 } }, true],
    [{ source: { warehouse: { type: 'duckdb', path: 'x' }, changes: 'cursor' } }, true],
    [{ destination: { requests_in_flight: 'many' } }, false],
    [{ destination: { region: 'US' } }, false],
    [{ destinaton: {} }, false],
  ])('of %j says %s', async (more, fits) => {
    const whole = {
      source: { warehouse: { type: 'duckdb', path: 'x' } },
      destination: {},
      state: 's',
      ...more,
    };
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(await schema());
    expect(validate(whole), JSON.stringify(validate.errors)).toBe(fits);
  });
});
