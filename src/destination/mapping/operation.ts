import type { DestinationConfig } from '../config.ts';
import { type Draft, draftOf, type Ignored } from './draft.ts';
import { asTheSourceMadeIt } from './given/cached-record.ts';
import type { Removal } from './gone/removal.ts';
import { isRefusal } from './keys/identifiers.ts';
import { trimIdentifiers } from './keys/trim-identifiers.ts';
import { checkAttributes, limits, type Refusal, tooLong } from './limits.ts';
import type { StreamMapping } from './stream-mapping.ts';

type Data = Readonly<Record<string, unknown>>;

/** One Track API v2 operation or Pipelines API call, serialised once and for all. */
export interface Operation {
  /** Operations with one key keep their order. */
  readonly key: string;
  readonly body: string;
  /** Length of the body in UTF-8. */
  readonly bytes: number;
  /** Attributes that were cut to Customer.io's limit, if the config says so. */
  readonly truncated: readonly string[];
  /** Columns whose identifier had white space around it, where one had. */
  readonly trimmed?: readonly string[];
  /** Of a removed row. */
  readonly removal?: Removal;
}

export type Mapped = Operation | Refusal | Ignored;
export type ToOperation = (data: Data) => Mapped;

/** Serialises a draft, made of the record, or refuses it. */
export type Encode = (draft: Draft, data: Data) => Operation | Refusal;

/**
 * The mapping of one stream's records, with what is the same for all of them worked out before. `encode` is for
 * an API that words the same operations otherwise.
 */
export function toOperation(
  plan: StreamMapping,
  config: DestinationConfig,
  encode: Encode = (draft) => serialise(draft, config),
): ToOperation {
  const draft = draftOf(plan, config);
  const original = asTheSourceMadeIt(plan);
  const trim = trimIdentifiers(plan, config);
  return (data) => {
    const { data: record, trimmed } = trim(original(data));
    const drafted = draft(record);
    if ('ignored' in drafted || isRefusal(drafted)) return drafted;
    const encoded = encode(drafted, record);
    if (isRefusal(encoded)) return encoded;
    const { removal } = drafted;
    return trimmed.length === 0 && removal === undefined
      ? encoded
      : { ...encoded, ...(trimmed.length > 0 && { trimmed }), ...(removal && { removal }) };
  };
}

/** Limits are looked at one by one only where the operation is long enough to break one. */
function serialise(draft: Draft, config: DestinationConfig): Operation | Refusal {
  const body = JSON.stringify(draft.operation);
  const bytes = Buffer.byteLength(body);
  const { key, columns } = draft;
  if (bytes <= limits.attributeValue && columns?.longNames !== true && draft.relation === undefined) {
    return { key, body, bytes, truncated: [] };
  }
  const truncated: string[] = [];
  const list = config.too_long === 'truncate' ? truncated : undefined;
  const refusal =
    (draft.attributes && checkAttributes('attributes', draft.attributes, list)) ??
    (draft.relation && checkAttributes('relationshipAttributes', draft.relation, list));
  if (refusal !== undefined) return refusal;
  const checked = truncated.length > 0 ? JSON.stringify(draft.operation) : body;
  const whole = tooLong('the operation', checked, limits.operation);
  return whole ?? { key, body: checked, bytes: Buffer.byteLength(checked), truncated };
}
