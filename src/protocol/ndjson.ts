import { once } from 'node:events';
import type { InputLine, InputLines, SourceOutput } from './connector.ts';
import { ConnectorError, messageOf } from './connector-error.ts';

const newline = 0x0a;

/**
 * The non-blank lines of a stream of bytes, numbered as an editor numbers them, a chunk's worth at a time. A chunk is decoded only up to its last newline, so a
 * character that is cut in two waits for its rest; a line of many chunks is joined once, at its end.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<InputLines> {
  let number = 0;
  let rest: Uint8Array[] = [];
  const toLines = (text: string): InputLine[] => {
    const lines: InputLine[] = [];
    for (const raw of text.split('\n')) {
      number += 1;
      const line = tidy(raw, number);
      if (line !== '') lines.push({ type: 'LINE', text: line, number });
    }
    return lines;
  };
  for await (const chunk of input) {
    const end = chunk.lastIndexOf(newline);
    if (end < 0) {
      rest.push(chunk);
      continue;
    }
    yield {
      type: 'LINES',
      lines: toLines(Buffer.concat([...rest, chunk.subarray(0, end)]).toString('utf8')),
    };
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
  }
  if (rest.length > 0) yield { type: 'LINES', lines: toLines(Buffer.concat(rest).toString('utf8')) };
}

/** A line without its carriage return and, on the first, without a byte order mark; '' where it is blank. */
function tidy(raw: string, number: number): string {
  const line = number === 1 && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  const last = line.charCodeAt(line.length - 1);
  // Only a line that ends or begins with white space can be blank: the others are spared the trim.
  if (last !== 0x0d && last !== 0x20 && last !== 0x09) return line;
  return line.trim() === '' ? '' : line.replace(/\r$/, '');
}

export interface MessageWriter {
  /** A promise only where the reader is behind and must be waited for. */
  write(output: SourceOutput): Promise<void> | void;
  /** Resolves once everything is handed to the reader. */
  end(): Promise<void>;
}

/** @throws ConnectorError of type transient_error once the reader has gone (EPIPE). */
export function messageWriter(stream: NodeJS.WritableStream): MessageWriter {
  let failure: ConnectorError | undefined;
  stream.on('error', (error) => {
    failure ??= readerGone(error);
  });
  const drained = async (): Promise<void> => {
    try {
      await once(stream, 'drain');
    } catch (error) {
      throw readerGone(error);
    }
  };
  return {
    write(output) {
      if (failure !== undefined) throw failure;
      const data = output.type === 'RECORD_LINES' ? output.lines : `${JSON.stringify(output)}\n`;
      return stream.write(data) ? undefined : drained();
    },
    end: () =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else stream.write('', (error) => (error ? reject(readerGone(error)) : resolve()));
      }),
  };
}

function readerGone(cause: unknown): ConnectorError {
  return new ConnectorError(`The reader of the output has gone: ${messageOf(cause)}.`, {
    failureType: 'transient_error',
    cause,
  });
}
