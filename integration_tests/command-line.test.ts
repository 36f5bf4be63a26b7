import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messagesOf, pathOf, run } from './support/processes.ts';

let folder: string;
let broken: string;
let empty: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  broken = join(folder, 'broken.json');
  empty = join(folder, 'empty.json');
  await writeFile(broken, '{"api_key": "s3cret-in-broken-json", ');
  await writeFile(empty, '{}');
});
afterAll(() => rm(folder, { recursive: true }));

const stackTrace = /^\s+at .+:\d+:\d+/m;

describe('the executables', () => {
  it.each([
    ['nexus-customer-io', ['spec']],
    ['nexus-customer-io', ['source', 'spec']],
    ['nexus-customer-io', ['destination', 'spec']],
    ['source-nexus', ['spec']],
    ['destination-customer-io', ['spec']],
  ] as const)('%s %j prints one SPEC, from any folder', async (name, args) => {
    const { code, stdout, stderr } = await run(name, args, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(messagesOf(stdout).map(({ type }) => type)).toEqual(['SPEC']);
  });

  it('work through a chain of symlinks, relative ones too', async () => {
    await symlink(pathOf('source-nexus'), join(folder, 'first'));
    await symlink('first', join(folder, 'second'));
    const { status, stdout } = spawnSync(join(folder, 'second'), ['spec'], { encoding: 'utf8', cwd: '/' });
    expect(status).toBe(0);
    expect(messagesOf(stdout)).toHaveLength(1);
  });
});

describe('a wrong command line', () => {
  it.each([
    [['read'], /--config/],
    [['check', '--config', 'x', '--bogus'], /--bogus/],
    [['source', 'reed'], /reed[\s\S]*read/],
    [['destination', 'write', '--config', 'x'], /--catalog/],
  ])('%j: usage on stderr, a TRACE ERROR on stdout, exit 2', async (args, message) => {
    const { code, stdout, stderr } = await run('nexus-customer-io', args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(messagesOf(stdout)).toMatchObject([
      { type: 'TRACE', trace: { type: 'ERROR', error: { failure_type: 'config_error' } } },
    ]);
  });

  it('without a command: the help on stderr, and a TRACE ERROR that says so', async () => {
    const { code, stdout, stderr } = await run('source-nexus', []);
    expect(code).toBe(2);
    expect(messagesOf(stdout)).toMatchObject([{ trace: { error: { message: 'No command is given.' } } }]);
    expect(stderr).toContain('discover');
  });

  it('a port that does not exist: one line, exit 1', async () => {
    const ended = await run('nexus-customer-io', ['simulate', '--port', '99999']);
    expect(ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^There is no port 99999/),
    });
  });

  it.each([[['snyc']], [['sync']], [['simulate', '--port', 'x']]])(
    '%j: exit 2, nothing on stdout',
    async (args) => {
      const { code, stdout, stderr } = await run('nexus-customer-io', args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/error: /);
    },
  );

  it('asking for help is none', async () => {
    const { code, stdout } = await run('nexus-customer-io', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('sync');
  });
});

describe('files that do not fit', () => {
  it.each([
    ['source', 'empty'],
    ['source', 'broken'],
    ['source', 'missing'],
    ['destination', 'empty'],
    ['destination', 'broken'],
    ['destination', 'missing'],
  ])('%s check answers FAILED with exit 0 for an %s config', async (role, what) => {
    const path = join(folder, `${what}.json`);
    const { code, stdout, stderr } = await run('nexus-customer-io', [role, 'check', '--config', path]);
    expect(code).toBe(0);
    expect(messagesOf(stdout).filter(({ type }) => type === 'CONNECTION_STATUS')).toMatchObject([
      { connectionStatus: { status: 'FAILED' } },
    ]);
    expect(stdout + stderr).not.toMatch(stackTrace);
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it.each([
    [['discover', '--config', 'MISSING'], /MISSING: there is no such file/],
    [['read', '--config', 'EMPTY', '--catalog', 'MISSING'], /MISSING: there is no such file/],
    [['read', '--config', 'EMPTY', '--catalog', 'BROKEN'], /broken\.json/],
    [['read', '--config', 'FOLDER', '--catalog', 'EMPTY'], /it is a folder, not a file/],
    [['destination', 'write', '--config', 'BROKEN', '--catalog', 'EMPTY'], /broken\.json/],
  ])('%j: one message for a person, and a TRACE ERROR, exit 1', async (args, message) => {
    const paths: Record<string, string> = { EMPTY: empty, BROKEN: broken, FOLDER: folder };
    const given = args.map((arg) => paths[arg] ?? arg);
    const { code, stdout, stderr } = await run('nexus-customer-io', given);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(messagesOf(stdout)).toMatchObject([{ type: 'TRACE', trace: { type: 'ERROR' } }]);
    expect(stdout + stderr).not.toMatch(stackTrace);
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it.each([
    ['there is no such file', undefined],
    ['is not YAML', 'source: {a: "s3cret'],
    ['Did you mean "source"', 'sources: {}'],
    ['variable NEXUS_NOT_SET', 'source: {x: "$' + '{NEXUS_NOT_SET}"}\ndestination: {}\nstate: s.json'],
    ['warehouse', 'source: {}\ndestination: {site_id: s, api_key: k}\nstate: s.json'],
  ])('sync says: %s', async (message, yaml) => {
    const path = join(folder, yaml === undefined ? 'missing.yaml' : 'sync.yaml');
    if (yaml !== undefined) await writeFile(path, yaml);
    const { code, stdout, stderr } = await run('nexus-customer-io', ['sync', '--config', path]);
    expect(code).toBe(1);
    // The same for a machine.
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'failed', errors: [stderr.trimEnd()] });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(stackTrace);
    expect(stdout + stderr).not.toContain('s3cret');
  });
});
