import type { DestinationInput, InputLine } from '../protocol/connector.ts';
import { type ParsedMessage, parseMessage } from '../protocol/parse-message.ts';

/** A message with the text that it came as. */
export interface Incoming {
  readonly line: string;
  readonly message: ParsedMessage;
}

/** The messages of one piece of input; lines are parsed as they are taken, not before. */
export function* incomingOf(item: DestinationInput): Generator<Incoming> {
  switch (item.type) {
    case 'LINES':
      for (const line of item.lines) yield { line: line.text, message: parseMessage(line) };
      return;
    case 'RECORD_LINES':
      for (const line of linesOf(item.lines)) yield { line: line.text, message: parseMessage(line) };
      return;
    case 'STATE':
      yield { line: '', message: { ...item, exact: item.state } };
      return;
    default:
      yield { line: item.type === 'RECORD' ? JSON.stringify(item) : '', message: item };
  }
}

function linesOf(bytes: Uint8Array): InputLine[] {
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  return texts.flatMap((text, index) =>
    text === '' ? [] : [{ type: 'LINE' as const, text, number: index + 1 }],
  );
}

/** Ends when the signal comes, though the input may wait for more for ever. */
export async function* untilAborted<T>(input: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = input[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: a source that is itself waiting would hold up the end.
    void iterator.return?.().then(undefined, () => undefined);
  }
}

/** Not Promise.race with one promise for the signal: that would hold every value of the run until its end. */
function unlessAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    void value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
