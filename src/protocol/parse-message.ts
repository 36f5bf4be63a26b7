import type { InputLine } from './connector.ts';
import { ConnectorError } from './connector-error.ts';
import { parseExactJson } from './exact-json.ts';
import { type AirbyteMessage, type AirbyteRecordMessage, airbyteMessage } from './messages.ts';

/** A message of a type that this version of the protocol does not know: it passes. */
export interface UnknownMessage {
  readonly type: 'UNKNOWN';
  readonly messageType: string;
}

type StateOf<T> = Extract<T, { type: 'STATE' }>;

/** A STATE with its payload as it came, so that it can be echoed unchanged. */
export type ParsedState = StateOf<AirbyteMessage> & { readonly exact: Readonly<Record<string, unknown>> };
export type ParsedMessage = Exclude<AirbyteMessage, { type: 'STATE' }> | ParsedState | UnknownMessage;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checked by hand: a schema would halve the throughput of the one message that comes by the million. */
function isRecordMessage(value: unknown): value is AirbyteRecordMessage {
  return (
    isObject(value) &&
    typeof value.stream === 'string' &&
    isObject(value.data) &&
    typeof value.emitted_at === 'number'
  );
}

/** @throws ConnectorError that names the line and shows its shape, none of its values. */
export function parseMessage(line: InputLine): ParsedMessage {
  const value = parsed(line);
  if (!isObject(value) || typeof value.type !== 'string') {
    throw broken(line, 'is not an Airbyte message: it has no type');
  }
  if (value.type === 'RECORD') {
    if (isRecordMessage(value.record)) return { type: 'RECORD', record: value.record };
    throw broken(line, 'is a RECORD without stream, data or emitted_at');
  }
  return parseOther(line, value.type, value);
}

const knownTypes: ReadonlySet<string> = new Set(
  airbyteMessage.options.flatMap((option) => [...option.shape.type.values]),
);

function parseOther(line: InputLine, type: string, value: Record<string, unknown>): ParsedMessage {
  if (!knownTypes.has(type)) return { type: 'UNKNOWN', messageType: type };
  const result = airbyteMessage.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw broken(
      line,
      `is a ${type} that does not fit the protocol: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  if (result.data.type !== 'STATE') return result.data;
  const exact = isObject(value.state) ? value.state : {};
  return { ...result.data, exact };
}

function parsed(line: InputLine): unknown {
  try {
    return parseExactJson(line.text);
  } catch {
    throw broken(line, 'is not valid JSON');
  }
}

function broken({ text, number }: InputLine, what: string): ConnectorError {
  return new ConnectorError(`Line ${number} of the input ${what}. It begins with ${excerpt(text)}`, {
    failureType: 'system_error',
  });
}

/** The beginning of a line with every value struck out: it shows the shape and can hold no secret. */
function excerpt(text: string): string {
  const head = text.slice(0, 300);
  const names = head.replace(
    /"((?:[^"\\]|\\.)*)("?)(\s*:)?/g,
    (_whole, name: string, _end, colon?: string) =>
      colon === undefined || name.length > 40 ? `"…"${colon ?? ''}` : `"${name}":`,
  );
  // What stands outside quotes in a broken line may be anything: words and numbers go too.
  return names.replace(/("[^"]*")|[^\s{}[\],:"]+/g, (_whole, quoted?: string) => quoted ?? '…').slice(0, 60);
}
