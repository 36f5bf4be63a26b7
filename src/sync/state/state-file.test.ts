import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';
import { findStateFile, openStateFile } from './state-file.ts';
import { lockState } from './state-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
  path = join(folder, 'deep', 'state.json');
});
afterEach(() => rm(folder, { recursive: true }));

function stateOf(name: string, cursor: number): AirbyteStateMessage {
  return {
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: { cursor } },
    destinationStats: { recordCount: 3 },
  };
}

describe('the state file', () => {
  it('starts empty, keeps the newest of each stream, and is found again', async () => {
    const file = await openStateFile(path);
    expect(file.states).toEqual([]);
    await file.save(stateOf('persons', 1));
    await file.save(stateOf('events', 1));
    await file.save(stateOf('persons', 2));
    const again = await openStateFile(path);
    expect(again.states.map(({ stream }) => [stream?.stream_descriptor.name, stream?.stream_state])).toEqual([
      ['persons', { cursor: 2 }],
      ['events', { cursor: 1 }],
    ]);
    expect(await readFile(path, 'utf8')).not.toContain('destinationStats');
  });

  it('is whole at every moment, and leaves no temporary file', async () => {
    const file = await openStateFile(path);
    await file.save(stateOf('persons', 0));
    let saving = true;
    const saves = (async () => {
      for (let cursor = 1; cursor <= 50; cursor += 1) await file.save(stateOf('persons', cursor));
      saving = false;
    })();
    let looks = 0;
    while (saving) {
      expect(JSON.parse(await readFile(path, 'utf8'))).toHaveLength(1);
      looks += 1;
    }
    await saves;
    expect(looks).toBeGreaterThan(0);
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.json']);
  });

  it('throws away what a process that was killed has not finished', async () => {
    await (await openStateFile(path)).save(stateOf('persons', 1));
    await writeFile(join(folder, 'deep', '.state.json.4711.tmp'), '[{"ty');
    expect((await openStateFile(path)).states).toHaveLength(1);
    expect(await readdir(join(folder, 'deep'))).toEqual(['state.json']);
  });

  it.each([
    ['an empty file', () => ''],
    ['white space', () => ' \n'],
    ['a file that was cut off', (text: string) => text.slice(0, -20)],
    ['zeros, as a power cut leaves them', (text: string) => '\0'.repeat(text.length)],
    ['an object', () => '{}'],
    ['null', () => 'null'],
    ['one entry without its list', (text: string) => JSON.stringify(JSON.parse(text)[0])],
    ['another cursor', (text: string) => text.replace('"cursor": 41', '"cursor": 42')],
    ['another stream', (text: string) => text.replace('"persons"', '"events"')],
    ['no cursor', (text: string) => text.replace('"cursor": 41', '')],
    ['no checksum, though bound', (text: string) => text.replace(/"checksum": "\w+"/, '"destination": {}')],
    ['another checksum', (text: string) => text.replace(/"checksum": "\w+"/, '"checksum": "0"')],
    ['an entry that is null', (text: string) => text.replace('[', '[null, ')],
    ['an entry twice', (text: string) => JSON.stringify([...JSON.parse(text), ...JSON.parse(text)])],
    ['two conflicting halves of a merge', (text: string) => `<<<<<<< ours\n${text}`],
  ])('refuses %s, never begins again, and leaves it as it is', async (_what, damage) => {
    await (await openStateFile(path)).save(stateOf('persons', 41));
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    await expect(openStateFile(path)).rejects.toThrow(/state file .*state\.json .*Restore it/);
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  it.each([
    ['an empty list', () => '[]'],
    ['what another program has laid out', (text: string) => JSON.stringify(JSON.parse(text))],
    [
      'what a version before checksums wrote',
      (text: string) => text.replace(/,\s*"checksum": "\w+"/, '').replace('41', '42'),
    ],
  ])('takes %s', async (_what, change) => {
    await (await openStateFile(path)).save(stateOf('persons', 41));
    await writeFile(path, change(await readFile(path, 'utf8')));
    await expect(openStateFile(path)).resolves.toBeDefined();
  });

  it('keeps names, digits and bytes that other JSON loses', async () => {
    const key = 'a\u0000b\u2028\ud83d\ude00"\\';
    const exact = JSON.parse(`{"lsn":1,"__proto__":{"a":1},"key":${JSON.stringify(key)}}`);
    exact.lsn = JSON.rawJSON('9007199254740993');
    const descriptor = { stream_descriptor: { name: 'persons' } };
    await (await openStateFile(path)).save({
      type: 'STREAM',
      stream: { ...descriptor, stream_state: exact },
    });
    const [state] = (await openStateFile(path)).states;
    expect(JSON.stringify(state?.stream?.stream_state)).toBe(JSON.stringify(exact));
  });
});

describe('the file itself', () => {
  const modeOf = async (of: string) => ((await stat(of)).mode & 0o777).toString(8);

  it('is its user’s alone, as is a folder that is made for it; a mode that was set stays', async () => {
    await (await openStateFile(path)).save(stateOf('persons', 1));
    expect([await modeOf(path), await modeOf(dirname(path))]).toEqual(['600', '700']);
    await chmod(path, 0o664);
    await (await openStateFile(path)).save(stateOf('persons', 2));
    expect(await modeOf(path)).toBe('664');
  });

  it.each([
    ['absolute', (file: string) => file],
    ['relative', () => '../volume/kept.json'],
  ])('is replaced behind a link (%s), which stays, also one to nothing yet', async (_what, to) => {
    const kept = join(folder, 'volume', 'kept.json');
    await mkdir(dirname(kept));
    await mkdir(dirname(path));
    await symlink(to(kept), path);
    // A second link, and a linked folder above it.
    await symlink(dirname(path), join(folder, 'linked'));
    await symlink(join(folder, 'linked', 'state.json'), join(folder, 'link.json'));
    for (const cursor of [1, 2]) {
      const found = await findStateFile(join(folder, 'link.json'));
      expect(found).toBe(await realpath(dirname(kept)).then((real) => join(real, 'kept.json')));
      await (await openStateFile(found)).save(stateOf('persons', cursor));
      expect(await readFile(kept, 'utf8')).toContain(`"cursor": ${cursor}`);
    }
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await readdir(dirname(path))).toEqual(['state.json']);
    expect(await readdir(dirname(kept))).toEqual(['kept.json']);
  });

  it('is no folder, pipe, socket, device, circle of links, or file below a file', async () => {
    await mkdir(path, { recursive: true });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await symlink(join(folder, 'pipe'), join(folder, 'to-pipe'));
    await symlink('circle', join(folder, 'circle'));
    await writeFile(join(folder, 'file'), '');
    const server = createServer().listen(join(folder, 'socket'));
    await once(server, 'listening');
    const cases = [
      [path, /it is a folder, not a file/],
      [join(folder, 'pipe'), /it is a named pipe, not a file/],
      [join(folder, 'to-pipe'), /it is a named pipe, not a file/],
      [join(folder, 'socket'), /it is a socket, not a file/],
      ['/dev/null', /it is a device, not a file/],
      [join(folder, 'circle'), /form a loop/],
      [join(folder, 'file', 'state.json'), /a part of the path is a file, not a folder/],
    ] as const;
    for (const [given, message] of cases) await expect(findStateFile(given), given).rejects.toThrow(message);
    server.close();
  });

  it('that cannot be replaced is told when it is opened', async () => {
    // A folder where the temporary file must lie: no user, not even root, can replace the state then.
    await mkdir(join(dirname(path), `.state.json.${process.pid}.tmp`, 'x'), { recursive: true });
    await writeFile(path, '[]');
    await expect(openStateFile(path)).rejects.toThrow(/state: .*state\.json cannot be written: /);
    expect(await readFile(path, 'utf8')).toBe('[]');
  });
});

describe('the lock', () => {
  it('keeps a second sync out until the first has ended', async () => {
    {
      await using _first = await lockState(path);
      await expect(lockState(path)).rejects.toThrow(new RegExp(`Another sync uses .*process ${process.pid}`));
    }
    await using second = await lockState(path);
    expect(second).toBeDefined();
  });

  it('that another has taken over meanwhile is told before a state is saved', async () => {
    await using lock = await lockState(path);
    await lock.assertHeld();
    await rm(`${path}.lock`);
    await lock.assertHeld();
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' }));
    await expect(lock.assertHeld()).rejects.toThrow(/Another sync has taken over/);
  });

  it('does not touch the fresh lock of another host', async () => {
    await (await lockState(path))[Symbol.asyncDispose]();
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', token: 'x' }));
    await expect(lockState(path)).rejects.toThrow(/process 1 on elsewhere/);
  });
});
