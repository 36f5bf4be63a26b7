import type { StreamName } from '../streams/contract.ts';

/** An error makes the command fail; a warning costs some rows or values; an info explains. */
export type Severity = 'error' | 'warning' | 'info';

/** Every kind of finding. docs/doctor.md has a line for each. */
export const findingCodes = [
  'attributes_not_sent',
  'combined_entities',
  'condition_empties',
  'destination_config',
  'does_not_compile',
  'does_not_run',
  'email_invalid',
  'empty_attributes',
  'future_timestamp',
  'identifier_placeholder',
  'identifier_shared',
  'identify_rows',
  'key_missing',
  'key_repeated',
  'key_shared',
  'model_empty',
  'name_differs_by_case',
  'name_too_long',
  'no_dedupe_key',
  'no_model',
  'not_a_number',
  'not_an_object',
  'not_examined',
  'object_not_sent',
  'object_type_invalid',
  'operation_too_large',
  'parameter_unused',
  'person_not_sent',
  'phone_invalid',
  'remark',
  'required_column_missing',
  'reserved_name',
  'stream_empty',
  'table_passed_over',
  'timestamp_missing',
  'timestamp_unreadable',
  'too_many_attributes',
  'value_too_long',
] as const;

export type FindingCode = (typeof findingCodes)[number];

export type Detail = Readonly<Record<string, string | number | null>>;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is the matter, and how many rows it concerns. */
  readonly message: string;
  /** How to mend it, where there is something to mend. */
  readonly mend?: string;
  readonly column?: string;
  readonly count?: number;
  /** A few rows of the user's data, by the columns' names. */
  readonly examples?: readonly Detail[];
  /** What the message sums up: conditions with the rows they leave, columns with the reason. */
  readonly details?: readonly Detail[];
}

export interface ModelReport {
  readonly model: string;
  /** undefined where the model could not be run. */
  readonly rows?: number;
  readonly findings: readonly Finding[];
}

export interface StreamReport {
  readonly stream: StreamName;
  readonly findings: readonly Finding[];
  readonly models: readonly ModelReport[];
}

export interface Report {
  /** No finding is an error. */
  readonly ok: boolean;
  /** What concerns no stream. */
  readonly findings: readonly Finding[];
  readonly streams: readonly StreamReport[];
}

export const allFindings = ({ findings, streams }: Omit<Report, 'ok'>): Finding[] => [
  ...findings,
  ...streams.flatMap((stream) => [...stream.findings, ...stream.models.flatMap((model) => model.findings)]),
];

export function reportOf(findings: readonly Finding[], streams: readonly StreamReport[]): Report {
  const ok = allFindings({ findings, streams }).every(({ severity }) => severity !== 'error');
  return { ok, findings, streams };
}

/** `1 row`, `4,472 rows`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
