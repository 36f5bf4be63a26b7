import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDestinationConfig } from '../../src/destination/config.ts';
import { messageOf } from '../../src/errors/connector-error.ts';
import { parseConfigFile } from '../../src/protocol/parse-catalog.ts';
import { parseSourceConfig } from '../../src/source/config.ts';
import { parseSyncFile } from '../../src/sync/sync-file.ts';
import { run } from '../support/processes.ts';
import { malformed, secret, secretKeys, syncFileWith } from './malformed-secrets.ts';

/** What is said of a configuration, by whichever step refuses it. */
function complaints(text: string, key: string): string[] {
  const said: string[] = [];
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      said.push(messageOf(error));
      return undefined;
    }
  };
  const file = attempt(() => parseSyncFile(text, 'sync.yaml', {}));
  attempt(() => parseConfigFile(text, 'config.json'));
  const destination = { site_id: 'site', api_key: 'key', ...file?.destination };
  if (file !== undefined) attempt(() => parseSourceConfig(file.source));
  if (file !== undefined) attempt(() => parseDestinationConfig(destination));
  expect(said.length, key).toBeGreaterThan(0);
  return said;
}

const leak = /Xq7|secretX/;

describe.each(secretKeys.map(([key, authType]) => ({ key, authType })))('$key', ({ key, authType }) => {
  it.each(malformed)('written as %j stands in no error', (value) => {
    const text = syncFileWith(key, value, authType);
    for (const said of complaints(text, key)) {
      expect(said).not.toMatch(leak);
      expect(said).not.toMatch(/YAMLParse|ZodError|Unresolved|scalar/i);
    }
  });

  it.each([':', '=', ': \t'])('joined to its key with %j stands in no error', (join) => {
    const text = syncFileWith(key, 'x', authType).replace(`${key}: x`, `${key}${join}${secret}`);
    for (const said of complaints(text, key)) expect(said).not.toMatch(leak);
  });
});

describe('a key in the place of a name', () => {
  it.each([
    [`{"api_key:${secret}": null}`, /"api_key…"/],
    [`{"${secret}": 1}`, /of 12 characters, not shown/],
    ['{"api_kei": "x"}', /"api_kei".*Did you mean "api_key"/],
  ])('%s is not shown', (text, message) => {
    const parse = () => parseDestinationConfig(JSON.parse(text));
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(secret);
  });
});

describe('the commands', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'malformed-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const forms = [`*${secret}`, `| ${secret}`, `"${secret}\n${secret}`];

  it.each(forms)('say nothing of %j in a sync file', async (value) => {
    const path = join(folder, 'sync.yaml');
    await writeFile(path, syncFileWith('api_key', value));
    const commands = [['sync'], ['doctor'], ['doctor', '--json'], ['compile'], ['run'], ['replay', folder]];
    const all = await Promise.all(
      commands.map((args) => run('nexus-customer-io', [...args, '--config', path])),
    );
    for (const { code, stdout, stderr } of all) {
      expect(code).toBe(1);
      expect(stderr).toContain('sync.yaml is not YAML');
      expect(stdout + stderr).not.toMatch(leak);
    }
  });

  it.each([
    `{"api_key": ${secret}}`,
    `{"api_key": "${secret}`,
    `{"api_key": "${secret}\\q"}`,
    `api_key: ${secret}`,
  ])('say nothing of %j in a JSON file', async (text) => {
    const path = join(folder, 'config.json');
    await writeFile(path, text);
    const catalog = ['--catalog', path];
    const commands = [['check'], ['discover'], ['read', ...catalog], ['compile'], ['doctor']];
    const ends = ['check', 'discover', 'write'].map((name) => ['destination', name]);
    const all = await Promise.all(
      [...commands, ...ends.map((args) => (args[1] === 'write' ? [...args, ...catalog] : args))].map((args) =>
        run('nexus-customer-io', [...args, '--config', path]),
      ),
    );
    for (const { stdout, stderr } of all) {
      expect(stdout + stderr).toContain('is not valid JSON');
      expect(stdout + stderr).not.toMatch(leak);
    }
  });
});
