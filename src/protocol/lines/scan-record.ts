import { skipColon, skipNumber, skipSpace, skipValue } from '../../json/json-bytes.ts';

/**
 * A record as places in the bytes of its line: no object and no string is made of it. One is filled again and
 * again, so it holds what was scanned last.
 */
export interface ScannedRecord {
  bytes: Uint8Array;
  /** The stream's name, without quotes. */
  streamStart: number;
  streamEnd: number;
  /** The namespace likewise; -1 where there is none. */
  namespaceStart: number;
  namespaceEnd: number;
  /** How many columns the record's data has. */
  columns: number;
  /** Each column's name without quotes; it holds no escape. */
  readonly nameStart: Int32Array;
  readonly nameEnd: Int32Array;
  /** Each column's JSON value, a text with its quotes. */
  readonly valueStart: Int32Array;
  readonly valueEnd: Int32Array;
}

/** Records with more columns are parsed. */
const mostColumns = 1_000;

export function scannedRecord(): ScannedRecord {
  const places = (): Int32Array => new Int32Array(mostColumns);
  return {
    bytes: new Uint8Array(),
    streamStart: -1,
    streamEnd: -1,
    namespaceStart: -1,
    namespaceEnd: -1,
    columns: 0,
    nameStart: places(),
    nameEnd: places(),
    valueStart: places(),
    valueEnd: places(),
  };
}

const [comma, openBrace, closeBrace, quote, newline] = [0x2c, 0x7b, 0x7d, 0x22, 0x0a];

/**
 * Scans a line that is a RECORD message in its usual spelling.
 *
 * @param bytes UTF-8 that ends with a newline.
 * @returns where the next line begins, or -1 for any other line, right or wrong: parse that.
 */
export function scanRecord(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  record.bytes = bytes;
  record.namespaceStart = -1;
  const end = scanEnvelope(record, bytes, at);
  if (end < 0) return -1;
  const after = skipSpace(bytes, end);
  return bytes[after] === newline ? after + 1 : -1;
}

/** `{"type":"RECORD","record":{…}}`, in this order, as every writer known has it. */
function scanEnvelope(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  if (bytes[at] !== openBrace) return -1;
  let index = expectName(bytes, skipSpace(bytes, at + 1), 'type');
  if (index < 0 || !isText(bytes, index, 'RECORD')) return -1;
  index = skipSpace(bytes, index + '"RECORD"'.length);
  if (bytes[index] !== comma) return -1;
  index = expectName(bytes, skipSpace(bytes, index + 1), 'record');
  if (index < 0) return -1;
  index = scanFields(record, bytes, index);
  if (index < 0) return -1;
  index = skipSpace(bytes, index);
  return bytes[index] === closeBrace ? index + 1 : -1;
}

/** The value's begin, where a member of this name begins. */
function expectName(bytes: Uint8Array, at: number, name: string): number {
  return isText(bytes, at, name) ? skipColon(bytes, at + name.length + 2) : -1;
}

/** Whether a text stands here, quotes and all. */
function isText(bytes: Uint8Array, at: number, text: string): boolean {
  if (bytes[at] !== quote || bytes[at + text.length + 1] !== quote) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + 1 + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** The record's own fields, in any order, each at most once. */
function scanFields(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  if (bytes[at] !== openBrace) return -1;
  let seen = 0;
  for (let index = at; ; ) {
    index = skipSpace(bytes, index + 1);
    const field = fieldAt(bytes, index);
    if (field === undefined || (seen & field.bit) !== 0) return -1;
    seen |= field.bit;
    index = scanField(field, record, bytes, index);
    if (index < 0) return -1;
    if (bytes[index] === closeBrace) return (seen & required) === required ? index + 1 : -1;
    if (bytes[index] !== comma) return -1;
  }
}

interface Field {
  readonly name: string;
  readonly bit: number;
  readonly scan: (record: ScannedRecord, bytes: Uint8Array, at: number) => number;
}

const fields: readonly Field[] = [
  { name: 'stream', bit: 1, scan: scanStream },
  { name: 'data', bit: 2, scan: scanMembers },
  { name: 'emitted_at', bit: 4, scan: (_, bytes, at) => skipNumber(bytes, at) },
  { name: 'namespace', bit: 8, scan: scanNamespace },
  { name: 'meta', bit: 16, scan: (_, bytes, at) => skipEmptyMeta(bytes, at) },
];
const required = 1 | 2 | 4;

/** Past the field and the space behind it. */
function scanField({ name, scan }: Field, record: ScannedRecord, bytes: Uint8Array, at: number): number {
  const value = skipColon(bytes, at + name.length + 2);
  const end = value < 0 ? -1 : scan(record, bytes, value);
  return end < 0 ? -1 : skipSpace(bytes, end);
}

function fieldAt(bytes: Uint8Array, at: number): Field | undefined {
  for (const field of fields) if (isText(bytes, at, field.name)) return field;
  return undefined;
}

function scanStream(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  const end = skipPlainText(bytes, at);
  record.streamStart = at + 1;
  record.streamEnd = end - 1;
  return end;
}

const isNull = (bytes: Uint8Array, at: number, end: number): boolean => bytes[at] === 0x6e && end === at + 4;

function scanNamespace(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  const end = bytes[at] === quote ? skipPlainText(bytes, at) : skipValue(bytes, at);
  if (isNull(bytes, at, end)) return end;
  record.namespaceStart = at + 1;
  record.namespaceEnd = end - 1;
  return bytes[at] === quote ? end : -1;
}

/** What writers put who have no changes to tell of. */
const noChanges = Buffer.from('{"changes":[]}');

function skipEmptyMeta(bytes: Uint8Array, at: number): number {
  const end = skipValue(bytes, at);
  if (isNull(bytes, at, end)) return end;
  return end >= 0 && noChanges.equals(bytes.subarray(at, end)) ? end : -1;
}

/**
 * The columns: the members of the object that begins here. A name with an escape in it may be another spelling of a
 * name: those are the parser's. Its end, or -1.
 */
export function scanMembers(record: ScannedRecord, bytes: Uint8Array, at: number): number {
  if (bytes[at] !== openBrace) return -1;
  const { nameStart, nameEnd, valueStart, valueEnd } = record;
  let columns = 0;
  let index = skipSpace(bytes, at + 1);
  let more = bytes[index] !== closeBrace;
  while (more) {
    if (columns === mostColumns) return -1;
    const named = skipPlainText(bytes, index);
    const value = named < 0 ? -1 : skipColon(bytes, named);
    const end = value < 0 ? -1 : skipValue(bytes, value);
    if (end < 0) return -1;
    nameStart[columns] = index + 1;
    nameEnd[columns] = named - 1;
    valueStart[columns] = value;
    valueEnd[columns] = end;
    columns += 1;
    index = skipSpace(bytes, end);
    more = bytes[index] === comma;
    if (more) index = skipSpace(bytes, index + 1);
  }
  if (bytes[index] !== closeBrace) return -1;
  record.columns = columns;
  return index + 1;
}

function skipPlainText(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote) return -1;
  for (let index = at + 1; ; index += 1) {
    const byte = bytes[index];
    if (byte === quote) return index + 1;
    if (byte === undefined || byte < 0x20 || byte === 0x5c) return -1;
  }
}
