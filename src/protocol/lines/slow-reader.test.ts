import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourceOutput } from '../connector.ts';
import { log } from '../make-message.ts';
import { type MessageWriter, messageWriter, readTextLines } from './ndjson.ts';
import { readLines } from './read-lines.ts';

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => log('INFO', `${index} ${'x'.repeat(1000)}`));

const printed = (outputs: readonly SourceOutput[]) =>
  outputs.map((output) => `${JSON.stringify(output)}\n`).join('');

/** How often the reader had to be waited for. */
async function writeAll(writer: MessageWriter, outputs: readonly SourceOutput[]): Promise<number> {
  let waits = 0;
  for (const output of outputs) {
    const pending = writer.write(output);
    if (pending !== undefined) waits += 1;
    await pending;
  }
  await writer.end();
  return waits;
}

class SlowReader extends Writable {
  readonly chunks: Buffer[] = [];
  longest = 0;

  constructor() {
    super({ highWaterMark: 4096 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.longest = Math.max(this.longest, this.writableLength);
    this.chunks.push(chunk);
    setImmediate(done);
  }
}

const node = (script: string) =>
  spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });

describe('a slow reader', () => {
  it('gets everything in order and is never far behind', async () => {
    const reader = new SlowReader();
    const outputs = numbered(200);
    expect(await writeAll(messageWriter(reader), outputs)).toBeGreaterThan(10);
    expect(Buffer.concat(reader.chunks).toString()).toBe(printed(outputs));
    expect(reader.longest).toBeLessThan(8192);
  });

  it('keeps no listener of a wait that is over', async () => {
    const reader = new SlowReader();
    const writer = messageWriter(reader);
    const count = () => ['drain', 'error', 'close'].map((event) => reader.listenerCount(event));
    const before = count();
    await writeAll(writer, numbered(100));
    expect(count()).toEqual(before);
  });

  it('may be a process at the end of a pipe', async () => {
    const child = node('setTimeout(() => process.stdin.pipe(process.stdout), 200)');
    const outputs = numbered(1000);
    const got = text(child.stdout);
    const waits = await writeAll(messageWriter(child.stdin), outputs);
    child.stdin.end();
    expect(await got).toBe(printed(outputs));
    expect(waits).toBeGreaterThan(0);
  });

  it('gets finished lines byte by byte, even where they are no UTF-8', async () => {
    const child = node('process.stdin.pipe(process.stdout)');
    const got = buffer(child.stdout);
    const lines = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
    await writeAll(messageWriter(child.stdin), [{ type: 'RECORD_LINES', stream: 's', lines, count: 1 }]);
    child.stdin.end();
    expect((await got).equals(lines)).toBe(true);
  });

  it('that goes in the middle is a typed error, and no crash', async () => {
    const child = node('process.stdin.once("data", () => process.exit(0))');
    const failure = await writeAll(messageWriter(child.stdin), numbered(5000)).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConnectorError);
    expect(failure).toMatchObject({ failureType: 'transient_error' });
  });

  it('that closed earlier, without an error, is a typed error', async () => {
    const reader = new SlowReader();
    reader.destroy();
    await once(reader, 'close');
    const writer = messageWriter(reader);
    expect(() => writer.write(log('INFO', 'm'))).toThrow(ConnectorError);
    await expect(writer.end()).rejects.toBeInstanceOf(ConnectorError);
  });
});

describe('an input', () => {
  it.each(['a', '\uFEFF', '\u00a0', ' ', '', 'a ', '\r'])(
    'is the same with CR LF as with LF: %j',
    async (line) => {
      const read = async (text: string) =>
        (await Array.fromAsync(readTextLines(new Blob([text]).stream()))).flat();
      const lf = await read(`x\n${line}\ny\n`);
      expect(await read(`x\r\n${line}\r\ny\r\n`)).toEqual(lf);
      expect(lf.length).toBeGreaterThan(1);
    },
  );

  it('that fails in the middle passes its failure on', async () => {
    const input = new PassThrough();
    input.write('a\nb');
    const read: string[] = [];
    const reading = async () => {
      for await (const item of readLines(input, 1000)) {
        if (item.type === 'LINES') read.push(Buffer.from(item.lines).toString());
        input.destroy(new Error('cable cut'));
      }
    };
    await expect(reading()).rejects.toThrow('cable cut');
    expect(read).toEqual(['a\n']);
  });
});
