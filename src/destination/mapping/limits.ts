import { exactDigits } from '../../json/exact-json.ts';
import { isDeeperValue, mostLevels } from '../../json/json-depth.ts';

/**
 * Customer.io's documented limits, in bytes unless said otherwise; KB is read as 1,000 bytes, the smaller reading.
 * Both APIs fill the same workspace, so its limits hold for both, though only the Track API answers with them.
 * Sources: [track] https://docs.customer.io/integrations/api/track/ ("Request limits"), [pipelines]
 * https://docs.customer.io/integrations/api/cdp/ ("Rate and payload limits"), [workspace]
 * https://docs.customer.io/journeys/limits/.
 */
export const limits = {
  /** [track] "must be smaller than 500kb"; [pipelines] "a batch request is limited to 500KB total". */
  batch: 500_000,
  /** [track] "each request within the batch 32kb or smaller"; [pipelines] "32KB per call in the request". */
  operation: 32_000,
  /** [workspace] Attributes of a person, an object or a relationship: a number of them. */
  attributes: 300,
  /** [workspace] The name of an attribute. */
  attributeName: 150,
  /** [workspace] The value of an attribute. */
  attributeValue: 1_000,
  /** [workspace] An id or email address of a person. */
  personId: 150,
  /** [workspace] An object's id. */
  objectId: 150,
  /** [workspace] An event's name. */
  eventName: 100,
} as const;
// 100 KB for all attributes of an object or relationship [workspace] and 100,000 bytes for an event's data
// [workspace] lie beyond what an operation can hold. Requests a second are `max_requests_per_second` in config.ts.

/** Why a record is not sent. The field is Customer.io's name of it, the message is for a person. */
export interface Refusal {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export type Attributes = Record<string, unknown>;

/** UTF-16 units times three bounds the bytes: most texts are settled without counting. */
const bytesOf = (text: string, limit: number): number =>
  text.length * 3 <= limit ? text.length : Buffer.byteLength(text);

export function tooLong(field: string, text: string, limit: number): Refusal | undefined {
  const bytes = bytesOf(text, limit);
  if (bytes <= limit) return undefined;
  return { reason: 'too_long', field, message: `${field} has ${bytes} bytes; Customer.io accepts ${limit}.` };
}

/** Levels of a message above the values of its columns: the message, its record, that one's data. */
const levelsAbove = 3;

/** Why a record is not sent that has more levels than can be printed again: names the column that has them. */
export function tooDeep(data: Attributes): Refusal {
  const most = mostLevels - levelsAbove;
  const field = Object.keys(data).find((name) => isDeeperValue(data[name], most)) ?? '';
  const what = field === '' ? 'The record' : field;
  return { reason: 'too_deep', field, message: `${what} is nested deeper than ${most} levels.` };
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (exactDigits(value) ?? JSON.stringify(value) ?? '');

const scalar = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || value === null;

/** Cuts at a character boundary; a joined emoji may lose its tail, but no character is broken. */
export function truncate(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  let end = limit;
  // A continuation byte (10xxxxxx) at the cut belongs to a character that began before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/**
 * Checks names, number and values of attributes; with `cut`, a text that is too long is shortened in place
 * and its name is added there.
 */
export function checkAttributes(
  field: string,
  attributes: Attributes,
  cut: string[] | undefined,
): Refusal | undefined {
  const names = Object.keys(attributes);
  if (names.length > limits.attributes) {
    const message = `${field} has ${names.length} attributes; Customer.io accepts ${limits.attributes}.`;
    return { reason: 'too_many_attributes', field, message };
  }
  for (const name of names) {
    const refusal = checkAttribute(field, attributes, name, cut);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** An id or email that an attribute sets is an identifier, whose limit is shorter. */
export function checkReserved({ id, email }: Attributes): Refusal | undefined {
  return (
    (typeof id === 'string' ? tooLong('attributes.id', id, limits.personId) : undefined) ??
    (typeof email === 'string' ? tooLong('attributes.email', email, limits.personId) : undefined)
  );
}

/** A structure of its own, not a value of the person. */
const preferences = 'cio_subscription_preferences';

function checkAttribute(
  field: string,
  attributes: Attributes,
  name: string,
  cut: string[] | undefined,
): Refusal | undefined {
  const long = tooLong(`${field}: the name ${name.slice(0, 40)}…`, name, limits.attributeName);
  if (long !== undefined) return long;
  const value = attributes[name];
  if (scalar(value) || name === preferences) return undefined;
  const refusal = tooLong(`${field}.${name}`, asText(value), limits.attributeValue);
  if (refusal === undefined || cut === undefined || typeof value !== 'string') return refusal;
  attributes[name] = truncate(value, limits.attributeValue);
  cut.push(name);
  return undefined;
}
