import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import { isJsonObject } from '../../json/json-object.ts';
import type { LongLine } from '../../protocol/connector.ts';
import type { Refusal } from '../mapping/limits.ts';
import { lineTooLong } from '../settlement/reject-line.ts';

/** What a line was whose end nobody has seen. */
export interface Beginning {
  /** undefined where the beginning does not tell. */
  readonly type: string | undefined;
  /** Of a RECORD that names its stream before its data, as every writer known does. */
  readonly stream?: string;
  readonly namespace?: string | undefined;
}

const someText = String.raw`"(?:[^"\\]|\\.)*"`;
const someType = /^\uFEFF?\s*\{\s*"type"\s*:\s*"(\w*)"/;
/** Up to the last field that is whole: what comes behind it is the data. */
const someFields = new RegExp(
  String.raw`^\s*,\s*"record"\s*:\s*\{(?:\s*"(?:stream|namespace|emitted_at)"\s*:\s*(?:${someText}|null|[\d.eE+-]+)\s*,)+`,
);

/** Tells from its beginning what a line is. */
export function beginningOf(head: Uint8Array): Beginning {
  const text = Buffer.from(head).toString();
  const [start = '', type] = someType.exec(text) ?? [];
  if (type !== 'RECORD') return { type };
  const [fields] = someFields.exec(text.slice(start.length)) ?? [];
  return { type, ...(fields === undefined ? {} : streamOf(fields)) };
}

function streamOf(fields: string): Pick<Beginning, 'stream' | 'namespace'> {
  try {
    const { record }: Record<string, unknown> = JSON.parse(`{"type":""${fields}"data":{}}}`);
    if (!isJsonObject(record) || typeof record.stream !== 'string') return {};
    const { stream, namespace } = record;
    return { stream, namespace: typeof namespace === 'string' ? namespace : undefined };
  } catch {
    return {};
  }
}

/** What cannot be kept cannot be echoed. */
export const stateTooLong = ({ bytes }: LongLine, number: number): ConnectorError =>
  configError(
    `Line ${number} of the input is a STATE of ${bytes} bytes, which is longer than max_line_bytes. Set that higher.`,
  );

export function refuseLength({ bytes }: LongLine, number: number, longest: number): Refusal {
  const message = `Line ${number} of the input has ${bytes} bytes; max_line_bytes is ${longest}. It was skipped unread, so its record is not on file.`;
  return { reason: lineTooLong, field: '', message };
}
