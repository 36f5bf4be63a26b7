import { type BadReason, badValue } from '../../bad-value.ts';
import type { FieldPlace } from '../../dialect.ts';
import { quoteString } from '../quote.ts';

/** Where a value stands, for the error about one that cannot be sent. */
export interface Place extends FieldPlace {
  readonly column: string;
  /** How many lists and maps it is inside of. */
  readonly depth: number;
}

export const nullable = (type: string, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: ['null', type],
  ...rest,
});

/** A JSON or VARIANT column may hold any kind of value, and Airbyte wants one schema: no type fits all but an open one. */
export const anyValue = { type: ['null', 'object', 'array', 'string', 'number', 'boolean'] };

/** SQL that stops the query with a message for a person; the marker tells our errors from the engine's. */
export const errorMarker = 'nexus-customer-io: ';

export function refuse(what: string, { column, row }: Pick<Place, 'column' | 'row'>): string {
  const text = `${errorMarker}column "${column}" holds ${what}`.replaceAll("'", "''");
  return row === undefined ? `error('${text}.')` : `error('${text}, in the row ' || ${row})`;
}

/** SQL in the place of a value that cannot be sent: null with a mark, or an error. */
export function unsendable(
  what: string,
  place: Place,
  reason: BadReason = 'SOURCE_SERIALIZATION_ERROR',
): string {
  return place.onBad === 'null' ? badValue(reason, place.column, quoteString) : refuse(what, place);
}

export const notANumber = 'NaN or Infinity, which JSON cannot hold';

/** SQL of the JSON of a value that is neither NaN nor infinite. */
export function finite(ref: string, json: string, place: Place): string {
  return `CASE WHEN isfinite(${ref}) THEN ${json} WHEN ${ref} IS NULL THEN NULL
    ELSE ${unsendable(notANumber, place)} END`;
}

export const quoted = (...texts: readonly string[]): string => `concat('"', ${texts.join(', ')}, '"')`;
