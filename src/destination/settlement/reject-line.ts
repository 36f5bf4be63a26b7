import { memberText } from '../../json/json-depth.ts';
import { isJsonObject } from '../../json/json-object.ts';
import { isStreamName, type StreamName } from '../../streams/contract.ts';
import { cacheMark } from '../mapping/given/cached-record.ts';
import type { Refusal } from '../mapping/limits.ts';
import { isWriteMode, type StreamMapping, type WriteMode } from '../mapping/stream-mapping.ts';

/** The reason of a reject whose record is not on file: nobody can send it again. */
export const lineTooLong = 'line_too_long';

/**
 * One line of a rejects file: why, when, and the record whole; with what its stream is and the types of its
 * columns, so that replay makes of it what the first write would have made. JSON, without its line end.
 */
export type RejectLine = (key: string, record: string, refusal: Refusal) => string;

/** The columns whose types decide what is sent: times, and all of them in a record out of PyAirbyte's cache. */
function noteOf(
  { kind, mode, properties, timestamps, relationTimestamps, columns }: StreamMapping,
  all: boolean,
): string {
  const decides = (name: string): boolean =>
    timestamps.has(name) || (relationTimestamps.size > 0 && name === columns.relationshipAttributes);
  const names = Object.keys(properties).filter((name) => all || decides(name));
  const schema = Object.fromEntries(names.map((name) => [name, properties[name]]));
  return `,${JSON.stringify({ as: kind, ...(mode === 'upsert' ? {} : { mode }), schema }).slice(1, -1)}`;
}

export function rejectLines(plans: ReadonlyMap<string, StreamMapping>): RejectLine {
  const notes = new Map(
    [...plans].map(([key, plan]) => [key, { few: noteOf(plan, false), all: noteOf(plan, true) }]),
  );
  return (key, record, { reason, field, message }) => {
    const stream = plans.get(key)?.stream ?? key;
    const about = JSON.stringify({ stream, reason, field, message, time: new Date().toISOString() });
    const note = notes.get(key)?.[record.includes(cacheMark) ? 'all' : 'few'] ?? '';
    // The record goes in as it came, digit by digit.
    return `${about.slice(0, -1)}${note},"record":${record}}`;
  };
}

/** What replay needs of a line. */
export interface Reject {
  /** As the record itself names its stream; the line's own `stream` is for a person. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly as: StreamName;
  /** A line that says nothing of it creates or updates. */
  readonly mode: WriteMode;
  readonly schema: Readonly<Record<string, unknown>>;
  /** The RECORD message as it came. */
  readonly record: string;
}

/**
 * undefined where the text is not a line of a rejects file, or only a part of one; 'not kept' where it tells of a record
 * that is not on file.
 */
export function readReject(text: string): Reject | 'not kept' | undefined {
  const value = parsed(text);
  if (!isJsonObject(value)) return undefined;
  if (value.record === null && value.reason === lineTooLong) return 'not kept';
  const { as, mode = 'upsert', schema, record } = value;
  if (typeof as !== 'string' || !isStreamName(as) || !isWriteMode(mode) || !isJsonObject(schema))
    return undefined;
  const of = isJsonObject(record) && record.type === 'RECORD' ? record.record : undefined;
  if (!isJsonObject(of) || typeof of.stream !== 'string' || !isJsonObject(of.data)) return undefined;
  const namespace = typeof of.namespace === 'string' && of.namespace !== '' ? of.namespace : undefined;
  return { name: of.stream, namespace, as, mode, schema, record: memberText(text, 'record') ?? '' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
