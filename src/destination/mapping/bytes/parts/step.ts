import type { ScannedRecord } from '../../../../protocol/lines/scan-record.ts';
import type { DestinationConfig } from '../../../config.ts';
import type { StreamMapping } from '../../stream-mapping.ts';
import type { Template } from '../../templates/template.ts';
import type { Workbench } from '../values/workbench.ts';
import type { AttributeRules } from './attribute-bytes.ts';
import type { ColumnLookup } from './column-bytes.ts';

/** What steps leave for those that come after them; filled again for each record. */
export interface Made {
  /** The lane's key. */
  key: number;
  /** Where the person's identifiers begin in the operation, and end but for their last quote and brace. */
  personStart: number;
  personEnd: number;
  /** The event's name in the operation, without quotes. */
  nameStart: number;
  nameEnd: number;
  /** Where an event's id is still to be written; -1 where none is. */
  idAt: number;
  /** The attributes in the operation, without braces. */
  attributesStart: number;
  attributesEnd: number;
}

/** Writes a piece of the operation; false for a record that is the slow path's. */
export type Step = (record: ScannedRecord, made: Made) => boolean;

/** What the writers of one stream share. */
export interface Context {
  readonly plan: StreamMapping;
  readonly config: DestinationConfig;
  readonly template: Template;
  readonly columns: ColumnLookup;
  readonly rules: AttributeRules;
  /** The bench that the records' lines lie on. */
  readonly out: Workbench;
  /** The attribute that marks removed rows, where such rows are marked: others unset it. */
  readonly mark?: string;
}

/** The beginning of an object of attributes. */
export const attributesHead = (head: string, { mark }: Pick<Context, 'mark'>): string =>
  `${head}{${mark === undefined ? '' : `${JSON.stringify(mark)}:null`}`;

/** The JSON text before a part and behind it becomes its step's, so that pieces are few. */
export interface Written {
  readonly step: Step;
  /** JSON that is to stand behind what the step writes. */
  readonly tail: string;
}

export const newMade = (): Made => ({
  key: 0,
  personStart: 0,
  personEnd: 0,
  nameStart: 0,
  nameEnd: 0,
  idAt: -1,
  attributesStart: 0,
  attributesEnd: 0,
});
