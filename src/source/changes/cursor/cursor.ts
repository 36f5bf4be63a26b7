import type { Dialect } from '../../../warehouse/warehouse.ts';
import type { OwnNames } from '../../record-line/record-fields.ts';

/** A place in the order (timestamp, key): the last row that was emitted. */
export interface Cursor {
  /** `YYYY-MM-DDTHH:MM:SS[.ffffff]` in UTC; null within the rows that have no timestamp, which come first. */
  readonly timestamp: string | null;
  readonly key: string;
}

/** What the conditions on a model's rows are about. */
export interface Rows extends OwnNames {
  readonly dialect: Dialect;
  readonly timestampType: string;
}
