import { parseExactJson } from '../../json/exact-json.ts';
import { isJsonObject } from '../../json/json-object.ts';
import { streamContracts } from '../../streams/contract.ts';
import { columnOfRole } from '../../streams/stream.ts';
import { asTheSourceMadeIt } from '../mapping/given/cached-record.ts';
import { keyText } from '../mapping/keys/identifiers.ts';
import { limits, truncate } from '../mapping/limits.ts';
import type { StreamMapping } from '../mapping/stream-mapping.ts';

/**
 * The key of a rejected record as a person may look for it: the values of its key columns that it has, such as
 * `1/L0001`; else of whom it tells; null where it names nobody. `record` is the RECORD message as it came.
 */
export function exampleKey(record: string, plan: StreamMapping | undefined): string | null {
  const data = plan && dataOf(record);
  if (plan === undefined || data === undefined) return null;
  const restored = asTheSourceMadeIt(plan)(data);
  const keys = streamContracts[plan.kind].primaryKey;
  for (const columns of [keys, [columnOfRole.user], [columnOfRole.anonymous]]) {
    const values = columns.flatMap((name) => keyText(restored[plan.columns[name]]) ?? []);
    if (values.length > 0) return shortened(values.join('/'));
  }
  return null;
}

function dataOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message = parseExactJson(text);
    const record = isJsonObject(message) ? message.record : undefined;
    return isJsonObject(record) && isJsonObject(record.data) ? record.data : undefined;
  } catch {
    return undefined;
  }
}

/** A key may be what is too long. */
const shortened = (text: string): string =>
  Buffer.byteLength(text) <= limits.personId ? text : `${truncate(text, limits.personId)}…`;
