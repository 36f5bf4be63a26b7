import type { Writable } from 'node:stream';
import { ConnectorError, messageOf } from '../../errors/connector-error.ts';
import { codeOf, fileFault } from '../../errors/file-fault.ts';
import type { InputLine, SourceOutput } from '../connector.ts';
import { readLines } from './read-lines.ts';

const newline = 0x0a;

/**
 * A line as text, from its bytes with their line end: without it, without a byte order mark on the first line, and
 * '' where the line is blank.
 */
export function lineText(line: Uint8Array, number: number): string {
  const raw = Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8').replace(/\n$/, '');
  const unmarked = number === 1 && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  const text = unmarked.endsWith('\r') ? unmarked.slice(0, -1) : unmarked;
  // Only a line that ends with JSON's white space can be blank: the others are spared the trim.
  return /[ \t\r]$/.test(text) && text.trim() === '' ? '' : text;
}

/** Near the longest text that V8 can hold. */
const longestText = 500_000_000;

/**
 * Lines as texts, numbered as an editor numbers them and without blank ones. One that is too long for a text comes
 * as its beginning.
 */
export async function* readTextLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly InputLine[]> {
  let number = 0;
  for await (const item of readLines(input, longestText)) {
    const lines = item.type === 'LINES' ? item.lines : Buffer.concat([item.head, Buffer.of(newline)]);
    const texts: InputLine[] = [];
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(newline, start) + 1;
      number += 1;
      const text = lineText(lines.subarray(start, end), number);
      if (text !== '') texts.push({ text, number });
      start = end;
    }
    yield texts;
  }
}

export interface MessageWriter {
  /** Whether the stream takes no more: then every write and the end throw. */
  readonly failed: boolean;
  /**
   * A promise only where the reader is behind and must be waited for.
   *
   * @throws ConnectorError of type transient_error, at once or in the promise, once the reader has gone.
   */
  write(output: SourceOutput): Promise<void> | void;
  /** Resolves once everything is handed to the reader. */
  end(): Promise<void>;
}

/** Counts of a state are numbers with a point in the protocol: some of its readers take no other. */
function asWritten(message: SourceOutput): unknown {
  if (message.type !== 'STATE') return message;
  const { sourceStats, destinationStats, ...state } = message.state;
  const stats = { sourceStats: withPoints(sourceStats), destinationStats: withPoints(destinationStats) };
  return { ...message, state: { ...state, ...stats } };
}

const withPoints = (stats: Readonly<Record<string, unknown>> | undefined): unknown =>
  stats && Object.fromEntries(Object.entries(stats).map(([name, count]) => [name, withPoint(count)]));

const withPoint = (count: unknown): unknown =>
  Number.isSafeInteger(count) ? JSON.rawJSON(`${count}.0`) : count;

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
    get failed() {
      return failure !== undefined || stream.destroyed;
    },
    write(output) {
      if (stream.destroyed) failure ??= readerGone('the stream is closed');
      if (failure !== undefined) throw failure;
      holdForThisTurn(stream);
      const data = output.type === 'RECORD_LINES' ? output.lines : `${JSON.stringify(asWritten(output))}\n`;
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
  const code = codeOf(cause);
  const isFull = code !== undefined && !/^(EPIPE|ECONNRESET|ERR_)/.test(code);
  const message = isFull
    ? `The output cannot be written: ${fileFault(cause)}.`
    : `The reader of the output is gone: ${messageOf(cause)}.`;
  return new ConnectorError(message, { failureType: 'transient_error', cause });
}
