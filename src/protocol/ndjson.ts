import type { Writable } from 'node:stream';
import type { InputLine, InputLines, SourceOutput } from './connector.ts';
import { ConnectorError, messageOf } from './connector-error.ts';

const newline = 0x0a;

/**
 * The non-blank lines of a stream of bytes, numbered as an editor numbers them, a chunk's worth at a time.
 * A chunk is decoded only up to its last newline, so a character that is cut in two waits for its rest; a
 * line of many chunks is joined once, at its end.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<InputLines> {
  let before = 0;
  let rest: Uint8Array[] = [];
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(newline);
    if (end < 0) {
      rest.push(chunk);
      continue;
    }
    const texts = decode([...rest, chunk.subarray(0, end)]);
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    yield { type: 'LINES', lines: toLines(texts, before) };
    before += texts.length;
  }
  if (rest.length > 0) yield { type: 'LINES', lines: toLines(decode(rest), before) };
}

function decode(chunks: readonly Uint8Array[]): string[] {
  return Buffer.concat(chunks).toString('utf8').split('\n');
}

/** Blank lines are counted and left out. */
function toLines(texts: readonly string[], before: number): InputLine[] {
  const lines: InputLine[] = [];
  let number = before;
  for (const raw of texts) {
    number += 1;
    const text = tidy(raw, number);
    if (text !== '') lines.push({ type: 'LINE', text, number });
  }
  return lines;
}

/** A line without its carriage return and, on the first, without a byte order mark; '' where it is blank. */
function tidy(raw: string, number: number): string {
  const unmarked = number === 1 && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  const line = unmarked.endsWith('\r') ? unmarked.slice(0, -1) : unmarked;
  const last = line.charCodeAt(line.length - 1);
  // Only a line that ends with white space can be blank: the others are spared the trim.
  if (last !== 0x0d && last !== 0x20 && last !== 0x09) return line;
  return line.trim() === '' ? '' : line;
}

export interface MessageWriter {
  /**
   * A promise only where the reader is behind and must be waited for.
   *
   * @throws ConnectorError of type transient_error, at once or in the promise, once the reader has gone.
   */
  write(output: SourceOutput): Promise<void> | void;
  /** Resolves once everything is handed to the reader. */
  end(): Promise<void>;
}

/** Messages written in one turn of the event loop go out together. The stream itself stays open. */
export function messageWriter(stream: Writable): MessageWriter {
  let failure: ConnectorError | undefined;
  let draining: Promise<void> | undefined;
  stream.on('error', (error) => {
    failure ??= readerGone(error);
  });
  stream.on('close', () => {
    failure ??= readerGone('the stream is closed');
  });
  const drained = async (): Promise<void> => {
    await firstOf(stream, ['drain', 'error', 'close']);
    draining = undefined;
    if (failure !== undefined) throw failure;
  };
  return {
    write(output) {
      if (stream.destroyed) failure ??= readerGone('the stream is closed');
      if (failure !== undefined) throw failure;
      holdForThisTurn(stream);
      const data = output.type === 'RECORD_LINES' ? output.lines : `${JSON.stringify(output)}\n`;
      if (stream.write(data)) return;
      draining ??= drained();
      return draining;
    },
    end: () =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else stream.write('', (error) => (error ? reject(readerGone(error)) : resolve()));
      }),
  };
}

/** One system call for many small messages. */
function holdForThisTurn(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function firstOf(stream: Writable, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of events) stream.off(event, settle);
      resolve();
    };
    for (const event of events) stream.on(event, settle);
  });
}

function readerGone(cause: unknown): ConnectorError {
  return new ConnectorError(`The reader of the output has gone: ${messageOf(cause)}.`, {
    failureType: 'transient_error',
    cause,
  });
}
