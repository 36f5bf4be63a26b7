import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import { schemaIssue } from '../../errors/schema-issue.ts';
import { exactDigits, parseExactJson } from '../../json/exact-json.ts';
import { isDeeper, mostLevels } from '../../json/json-depth.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { InputLine } from '../connector.ts';
import { type AirbyteRecordMessage, airbyteMessage, recordChange, stateMessage, unset } from '../messages.ts';
import { brokenColumn } from './broken-column.ts';

/**
 * A message that means nothing to a destination, known to the protocol or not: it passes, whatever its shape. Only a
 * RECORD or a STATE can be wrong.
 */
export interface OtherMessage {
  readonly type: 'OTHER';
  /** As the message has it. */
  readonly messageType: unknown;
}

export interface ParsedRecord {
  readonly type: 'RECORD';
  readonly record: AirbyteRecordMessage;
  /** It has more than `mostLevels` levels: its numbers are not exact, and it must not be printed again. */
  readonly tooDeep?: true;
}

/** Only what tells which stream it is of has to fit: all else is echoed, of whatever later version. */
const inputState = stateMessage.extend({
  type: unset(z.string()),
  sourceStats: unset(z.unknown()),
  destinationStats: unset(z.unknown()),
});

/** A STATE with its payload as it came, so that it can be echoed unchanged. */
export interface ParsedState {
  readonly type: 'STATE';
  readonly state: z.infer<typeof inputState>;
  readonly exact: Readonly<Record<string, unknown>>;
}

export type ParsedMessage = ParsedRecord | ParsedState | OtherMessage;

/** Checked by hand: a schema would halve the throughput of the one message that comes by the million. */
function isRecordMessage(value: unknown): value is AirbyteRecordMessage {
  return (
    isJsonObject(value) &&
    typeof value.stream === 'string' &&
    isJsonObject(value.data) &&
    exactDigits(value.data) === undefined &&
    typeof value.emitted_at === 'number' &&
    (value.namespace === undefined || typeof value.namespace === 'string')
  );
}

/** In place, since the value is this parse's own: null means unset, and a time need not keep every digit. */
function settleSpelling(record: unknown): void {
  if (!isJsonObject(record)) return;
  if (record.namespace === null) record.namespace = undefined;
  if (record.meta !== undefined) record.meta = metaOf(record.meta);
  const digits = exactDigits(record.emitted_at);
  if (digits !== undefined) record.emitted_at = Number(digits);
}

/** The changes that can be read; what a later version has in their place is passed over. */
function metaOf(meta: unknown): AirbyteRecordMessage['meta'] {
  if (!isJsonObject(meta)) return undefined;
  const given = Array.isArray(meta.changes) ? meta.changes : undefined;
  const changes = given?.filter((change) => recordChange.safeParse(change).success);
  return { ...meta, changes };
}

/**
 * @throws ConnectorError for a line that is no message, or a RECORD or STATE that does not fit. It names the line and
 * shows its shape, none of its values; of a value that is no JSON it names the column, where that is among `columns`.
 */
export function parseMessage(line: InputLine, columns: ReadonlySet<string> = new Set()): ParsedMessage {
  const tooDeep = isDeeper(line.text);
  const value = parsed(line, tooDeep ? JSON.parse : parseExactJson, columns);
  if (value === notJson) return { type: 'OTHER', messageType: undefined };
  if (!isJsonObject(value) || value.type === undefined || value.type === null) {
    throw broken(line, 'is not an Airbyte message: it has no type');
  }
  if (value.type === 'RECORD') return recordOf(line, value.record, tooDeep);
  return value.type === 'STATE' ? stateOf(line, value, tooDeep) : { type: 'OTHER', messageType: value.type };
}

function recordOf(line: InputLine, record: unknown, tooDeep: boolean): ParsedRecord {
  settleSpelling(record);
  if (isRecordMessage(record)) return { type: 'RECORD', record, ...(tooDeep ? { tooDeep } : {}) };
  throw broken(
    line,
    'is a RECORD whose fields are missing or have a wrong type: it needs stream, data and emitted_at',
  );
}

function stateOf(line: InputLine, { state }: Record<string, unknown>, tooDeep: boolean): ParsedState {
  if (tooDeep) throw broken(line, `is a STATE nested deeper than ${mostLevels} levels`);
  if (!isJsonObject(state))
    throw broken(line, 'is a STATE that does not match the protocol: state is not an object');
  // Parsed anew, with plain numbers: the schema does not know those that were kept whole.
  const plain: unknown = JSON.parse(line.text).state;
  const result = inputState.safeParse(plain);
  if (result.success) return { type: 'STATE', state: result.data, exact: state };
  const { place, what } = schemaIssue(result.error, plain, ['state']);
  throw broken(line, `is a STATE that does not match the protocol: ${place}: ${what}`);
}

/** Stands for a broken line that means nothing to a destination. */
const notJson = Symbol('not JSON');

const otherTypes = airbyteMessage.options
  .map((option) => option.shape.type.value)
  .filter((type) => type !== 'RECORD' && type !== 'STATE');
const beginsAsOther = new RegExp(String.raw`^\s*\{\s*"type"\s*:\s*"(?:${otherTypes.join('|')})"`);

/** Whether a broken line begins as another message of the protocol, and no RECORD or STATE is glued to it. */
const isOther = (text: string): boolean => beginsAsOther.test(text) && !/"(?:RECORD|STATE)"/.test(text);

function parsed(line: InputLine, parse: (text: string) => unknown, columns: ReadonlySet<string>): unknown {
  try {
    return parse(line.text);
  } catch {
    if (isOther(line.text)) return notJson;
    const column = brokenColumn(line.text, columns);
    throw broken(line, `is not valid JSON${column === undefined ? '' : `, in the column "${column}"`}`);
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
