import type { ScannedRecord } from '../../../protocol/lines/scan-record.ts';
import type { DestinationConfig } from '../../config.ts';
import { markOf } from '../gone/removal.ts';
import { limits } from '../limits.ts';
import type { StreamMapping } from '../stream-mapping.ts';
import { templates } from '../templates/templates.ts';
import { columnLookup, role } from './parts/column-bytes.ts';
import { type Context, newMade, type Step } from './parts/step.ts';
import { stepsOf } from './parts/template-bytes.ts';
import { mayGrowTo } from './values/growth.ts';
import { hasValue } from './values/record-values.ts';
import type { Workbench } from './values/workbench.ts';

/** An operation made of bytes, in a buffer that is free again after the call. */
export interface OperationBytes {
  /** Of its lane, as `keyOfText` makes it. */
  readonly key: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * The fast path from a record to its operation: columns are copied from the bytes of the line, neither parsed nor
 * printed. It knows the usual record and gives undefined for every other, which `toOperation` then maps or
 * refuses; of the records that both know, both make the same operation.
 */
export type ToOperationBytes = (record: ScannedRecord) => OperationBytes | undefined;

/** What an operation has beside the columns: identifiers, action, a timestamp. */
const envelope = 500;

/**
 * undefined for a stream whose records are all for the slow path.
 *
 * @param out the bench that the records' lines lie on.
 */
export function toOperationBytes(
  plan: StreamMapping,
  config: DestinationConfig,
  out: Workbench,
): ToOperationBytes | undefined {
  const context = contextOf(plan, config, out);
  return context && fastPath(stepsOf(context), context);
}

/** Takes each usual record through the steps that write its operation. */
export function fastPath(steps: readonly Step[], { columns, out }: Context): ToOperationBytes {
  const operation = { key: 0, bytes: out.bytes, length: 0 };
  const made = newMade();
  return (record) => {
    if (!isUsual(record) || !columns.lookUp(record)) return undefined;
    if (isChange(record, columns.places)) return undefined;
    out.begin();
    for (const step of steps) if (!step(record, made)) return undefined;
    operation.key = made.key;
    operation.bytes = out.bytes;
    operation.length = out.length;
    return operation;
  };
}

/**
 * undefined for a stream whose records are all for the slow path.
 *
 * @param unusual attributes that make a record one for the slow path
 */
export function contextOf(
  plan: StreamMapping,
  config: DestinationConfig,
  out: Workbench,
  unusual: readonly string[] = [],
): Context | undefined {
  const mark = markOf(plan, config);
  const columns = columnLookup(plan, mark, unusual);
  if (columns === undefined || plan.mode !== 'upsert') return undefined;
  const template = templates[plan.kind];
  const longest = template.attributesOf === 'event' ? limits.operation : limits.attributeValue;
  const rules = { keepNulls: config.null_attributes === 'unset', longest };
  return { plan, config, template, columns, rules, out, ...(mark === undefined ? {} : { mark }) };
}

/** A removal, or a record that names attributes to unset. */
const isChange = (record: ScannedRecord, places: Int32Array): boolean =>
  hasValue(record, places[role.removedAt]) ||
  hasValue(record, places[role.merged]) ||
  (hasValue(record, places[role.unset]) && !isEmptyArray(record, places[role.unset]));

const openBracket = 0x5b;

function isEmptyArray({ bytes, valueStart, valueEnd }: ScannedRecord, place = -1): boolean {
  const start = valueStart[place] ?? 0;
  return bytes[start] === openBracket && valueEnd[place] === start + 2;
}

/** As many columns, and as long, as can break no limit of the whole. */
const isUsual = (record: ScannedRecord): boolean =>
  record.columns > 0 &&
  record.columns <= limits.attributes &&
  !mayGrowTo(limits.operation - envelope, record.bytes, startOf(record), endOf(record));

/** The quote before the first name. */
const startOf = ({ nameStart }: ScannedRecord): number => (nameStart[0] ?? 0) - 1;
const endOf = ({ columns, valueEnd }: ScannedRecord): number => valueEnd[columns - 1] ?? 0;
