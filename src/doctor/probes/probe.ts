import type { Column, Dialect } from '../../warehouse/warehouse.ts';
import type { FindingCode, Severity } from '../finding.ts';

/** A question to each row of a model: all probes of a model are counted in one pass. */
export interface Probe {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Whether it is an error where every row is concerned: none of them would be taken. */
  readonly errorIfAll: boolean;
  readonly column: string;
  /** SQL of whether the row is concerned. */
  readonly condition: string;
  /** SQL of a number that says how far it is off, such as its bytes. */
  readonly size?: string;
  /** What is the matter, before `: 12 of 427 rows.`. */
  readonly what: string;
  /** What becomes of such rows. */
  readonly fate: string;
  readonly mend: string;
}

/** Whether a column's values may be long: texts and JSON, not numbers and times. */
export function mayBeLong(dialect: Dialect, column: Column): boolean {
  const { type, format } = dialect.json.field(column, {}).schema;
  if (format !== undefined) return false;
  return [type].flat().some((name) => name === 'string' || name === 'object' || name === 'array');
}
