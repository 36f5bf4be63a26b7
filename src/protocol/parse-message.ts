import type { InputLine } from './connector.ts';
import { ConnectorError } from './connector-error.ts';
import { exactDigits, parseExactJson } from './exact-json.ts';
import { isJsonObject } from './json-object.ts';
import { type AirbyteMessage, type AirbyteRecordMessage, airbyteMessage, recordMessage } from './messages.ts';

/** A message of a type that this version of the protocol does not know: it passes. */
export interface UnknownMessage {
  readonly type: 'UNKNOWN';
  readonly messageType: string;
}

type StateOf<T> = Extract<T, { type: 'STATE' }>;

/** A STATE with its payload as it came, so that it can be echoed unchanged. */
export type ParsedState = StateOf<AirbyteMessage> & { readonly exact: Readonly<Record<string, unknown>> };
export type ParsedMessage = Exclude<AirbyteMessage, { type: 'STATE' }> | ParsedState | UnknownMessage;

/** Checked by hand: a schema would halve the throughput of the one message that comes by the million. */
function isRecordMessage(value: unknown): value is AirbyteRecordMessage {
  return (
    isJsonObject(value) &&
    typeof value.stream === 'string' &&
    isJsonObject(value.data) &&
    exactDigits(value.data) === undefined &&
    typeof value.emitted_at === 'number' &&
    (value.namespace === undefined || typeof value.namespace === 'string') &&
    value.meta !== null
  );
}

/**
 * In place, since the value is this parse's own: null means unset, and a time need not keep every digit.
 * A null stays only where meta does not fit.
 */
function settleSpelling(record: unknown): void {
  if (!isJsonObject(record)) return;
  if (record.namespace === null) record.namespace = undefined;
  if (record.meta !== undefined) record.meta = metaOf(record.meta);
  const digits = exactDigits(record.emitted_at);
  if (digits !== undefined) record.emitted_at = Number(digits);
}

function metaOf(value: unknown): AirbyteRecordMessage['meta'] | null {
  const meta = recordMessage.shape.meta.safeParse(value);
  return meta.success ? meta.data : null;
}

/** @throws ConnectorError that names the line and shows its shape, none of its values. */
export function parseMessage(line: InputLine): ParsedMessage {
  const value = parsed(line);
  if (!isJsonObject(value) || typeof value.type !== 'string') {
    throw broken(line, 'is not an Airbyte message: it has no type');
  }
  if (value.type === 'RECORD') {
    settleSpelling(value.record);
    if (isRecordMessage(value.record)) return { type: 'RECORD', record: value.record };
    throw broken(
      line,
      'is a RECORD whose fields are missing or of a wrong type: it needs stream, data and emitted_at',
    );
  }
  return parseOther(line, value.type, value);
}

const knownTypes: ReadonlySet<string> = new Set(
  airbyteMessage.options.flatMap((option) => [...option.shape.type.values]),
);

function parseOther(line: InputLine, type: string, value: Record<string, unknown>): ParsedMessage {
  if (!knownTypes.has(type)) return { type: 'UNKNOWN', messageType: type };
  // Parsed anew, with plain numbers: the schema does not know those that were kept whole.
  const result = airbyteMessage.safeParse(JSON.parse(line.text));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw broken(
      line,
      `is a ${type} that does not fit the protocol: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  if (result.data.type !== 'STATE') return result.data;
  const exact = isJsonObject(value.state) ? value.state : {};
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

/** Names that are the protocol's own. Any other may be a secret that slipped out of place in a broken line. */
const knownNames: ReadonlySet<string> = new Set(
  airbyteMessage.options
    .flatMap((option) => Object.keys(option.shape))
    .concat('stream', 'data', 'emitted_at', 'namespace', 'stream_descriptor', 'stream_state', 'name'),
);

/** The beginning of a line with every value struck out: it shows the shape and can hold no secret. */
function excerpt(text: string): string {
  const shape = text
    .slice(0, 300)
    // A quoted text, ended or not, or what stands outside quotes and is no punctuation.
    .replace(/"((?:[^"\\]|\\.)*)"?|[^\s{}[\],:"]+/g, (_whole, quoted?: string) => struck(quoted));
  return shape.slice(0, 60);
}

function struck(quoted: string | undefined): string {
  if (quoted === undefined) return '…';
  return knownNames.has(quoted) ? `"${quoted}"` : '"…"';
}
