import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordLines } from '../connector.ts';
import { log } from '../make-message.ts';
import { messageWriter, readTextLines } from './ndjson.ts';
import { readLines } from './read-lines.ts';

const textLines = async (input: AsyncIterable<Uint8Array>) =>
  (await Array.fromAsync(readTextLines(input))).flat();

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* oneByOne(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const numbered = async (text: string, size = 7): Promise<[number, string][]> =>
  (await textLines(chunksOf(Buffer.from(text), size))).map((line) => [line.number, line.text]);

describe('readLines', () => {
  test.each<[string, string, [number, string][]]>([
    ['nothing', '', []],
    [
      'a last line without newline',
      'a\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'CR LF',
      'a\r\nb\r\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'blank lines, counted',
      '\n\na\n \t\r\n\r\nb\n\n',
      [
        [3, 'a'],
        [6, 'b'],
      ],
    ],
    [
      'a byte order mark',
      '\uFEFF{"a":1}\n\uFEFFb',
      [
        [1, '{"a":1}'],
        [2, '\uFEFFb'],
      ],
    ],
    ['only a byte order mark', '\uFEFF', []],
    ['a carriage return inside', 'a\rb\n', [[1, 'a\rb']]],
    ['line separators that JSON allows', 'a\u2028b\u0085c\n', [[1, 'a\u2028b\u0085c']]],
    ['spaces around', '  a  \r\n', [[1, '  a  ']]],
  ])('%s', async (_what, text, expected) => {
    for (const size of [1, 2, 3, 1000]) expect(await numbered(text, size)).toEqual(expected);
  });

  test('any text cut anywhere gives the same lines', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('\n', '\r\n', '\n\n', '🚀', 'é', ' \n', '\uFEFF'),
    );
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), cuts, async (pieces, places) => {
        const bytes = Buffer.from(pieces.join('').toWellFormed());
        const sorted = [0, ...places.filter((place) => place < bytes.length), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
        const expected = bytes
          .toString()
          .replace(/^\uFEFF/, '')
          .split('\n')
          .map((text, index) => ({ text: text.replace(/\r$/, ''), number: index + 1 }))
          .filter(({ text }) => text.trim() !== '' || /[^ \t\r]$/.test(text));
        expect(await textLines(oneByOne(chunks))).toEqual(expected);
      }),
    );
  });

  test('a line of 20 MB in small chunks takes no more than its share of time', async () => {
    const seconds = async (megabytes: number): Promise<number> => {
      const bytes = Buffer.from(`a\n${'é'.repeat(megabytes * 500_000)}\nb`);
      const started = performance.now();
      const lines = await textLines(chunksOf(bytes, 4096));
      expect(lines.map((line) => line.text.length)).toEqual([1, megabytes * 500_000, 1]);
      return (performance.now() - started) / 1000;
    };
    const small = await seconds(5);
    expect(await seconds(20)).toBeLessThan(small * 12 + 0.5);
  });

  test('takes no more than it is asked for', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1;
        yield Buffer.from('a\n');
      }
    }
    let blocks = 0;
    for await (const _ of readLines(endless(), 1000)) {
      blocks += 1;
      if (blocks === 10) break;
    }
    expect(given).toBe(10);
  });
});

describe('messageWriter', () => {
  const recordLines = (text: string): RecordLines => ({
    type: 'RECORD_LINES',
    stream: 's',
    lines: Buffer.from(text),
    count: 1,
  });

  test('writes messages as lines and bytes as they are, in order', async () => {
    const stream = new PassThrough();
    const writer = messageWriter(stream);
    await writer.write(log('INFO', 'é'));
    await writer.write(recordLines('{"a" : 1}\n'));
    await writer.write(log('INFO', 'b'));
    await writer.end();
    expect(String(stream.read())).toBe(
      '{"type":"LOG","log":{"level":"INFO","message":"é"}}\n{"a" : 1}\n{"type":"LOG","log":{"level":"INFO","message":"b"}}\n',
    );
  });

  test('joins what is written in one turn, and stays usable after', async () => {
    const sizes: number[] = [];
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(sizes.push(1) < 0 ? new Error() : null),
      writev: (chunks, done) => done(sizes.push(chunks.length) < 0 ? new Error() : null),
    });
    const writer = messageWriter(stream);
    for (let i = 0; i < 50; i++) expect(writer.write(log('INFO', 'a'))).toBeUndefined();
    await writer.end();
    await writer.write(log('INFO', 'b'));
    await writer.end();
    expect(sizes[0]).toBeGreaterThanOrEqual(50);
    expect(sizes).toHaveLength(2);
  });

  test('waits for a slow reader, and only then', async () => {
    const stream = new PassThrough({ highWaterMark: 64 });
    const writer = messageWriter(stream);
    expect(writer.write(recordLines('a\n'))).toBeUndefined();
    let done = false;
    const waiting = Promise.resolve(writer.write(recordLines('x'.repeat(1000)))).then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    stream.resume();
    await waiting;
    expect(done).toBe(true);
  });

  test('many writes that nobody waits for put up one listener', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const writer = messageWriter(stream);
    for (let i = 0; i < 100; i++) void writer.write(log('INFO', 'a'));
    expect(stream.listenerCount('drain')).toBeLessThan(3);
    stream.resume();
    await writer.end();
  });

  const gone = { name: 'ConnectorError', failureType: 'transient_error' };

  test('a reader that has gone is a typed error', async () => {
    const reader = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] });
    const writer = messageWriter(reader.stdin);
    await once(reader, 'exit');
    const writing = async () => {
      for (let i = 0; i < 100; i++) await writer.write(recordLines('x'.repeat(100_000)));
    };
    await expect(writing()).rejects.toMatchObject(gone);
    await expect(writer.end()).rejects.toMatchObject(gone);
  });

  test.each([[undefined], [new Error('EPIPE')]])(
    'nobody waits for ever when it closes (%s)',
    async (error) => {
      const stream = new PassThrough({ highWaterMark: 1 });
      const writer = messageWriter(stream);
      const waiting = writer.write(log('INFO', 'a'));
      stream.destroy(error);
      await expect(waiting).rejects.toMatchObject(gone);
      expect(() => writer.write(log('INFO', 'b'))).toThrow('The reader of the output is gone');
    },
  );
});
