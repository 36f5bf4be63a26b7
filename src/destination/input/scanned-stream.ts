import type { ScannedRecord } from '../../protocol/lines/scan-record.ts';
import type { FindStream } from '../mapping/stream-mapping.ts';

/** Finds the stream of a scanned record, by the bytes of its name and namespace. */
export function scannedStream<T>(find: FindStream<T>): (record: ScannedRecord) => T | undefined {
  /** What the last record had: the next one has it too, nearly always. */
  let lastName = new Uint8Array();
  let lastNamespace: Uint8Array | undefined;
  let last: T | undefined;
  return (record) => {
    const { bytes, streamStart, streamEnd, namespaceStart, namespaceEnd } = record;
    const isLast =
      last !== undefined &&
      isSame(lastName, bytes, streamStart, streamEnd) &&
      isSame(lastNamespace, bytes, namespaceStart, namespaceEnd);
    if (isLast) return last;
    lastName = bytes.slice(streamStart, streamEnd);
    lastNamespace = namespaceStart < 0 ? undefined : bytes.slice(namespaceStart, namespaceEnd);
    last = find(textOf(lastName), lastNamespace && textOf(lastNamespace));
    return last;
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** `start` is -1 where there is none. */
function isSame(known: Uint8Array | undefined, bytes: Uint8Array, start: number, end: number): boolean {
  if (known === undefined || start < 0) return known === undefined && start < 0;
  if (end - start !== known.length) return false;
  for (let index = 0; index < known.length; index += 1) {
    if (known[index] !== bytes[start + index]) return false;
  }
  return true;
}
