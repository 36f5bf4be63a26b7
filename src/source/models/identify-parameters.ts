import { z } from 'zod';
import { configError } from '../../protocol/connector-error.ts';
import { unknownArgument } from './macro-arguments.ts';

const column = z.string().min(1);

const schema = z.strictObject({
  entity_type: z.string().min(1).default('person'),
  user_id_column: column.default('user_id'),
  anonymous_id_column: column.nullable().default(null),
  dedupe_column: column.default('email'),
  ignore_traits: z.array(z.string()).default([]),
  rename_traits: z.record(z.string(), z.string().min(1)).default({}),
  filters: z.array(z.string()).default([]),
});

export type IdentifyParameters = z.output<typeof schema>;

export const IDENTIFY_PARAMETERS: readonly string[] = Object.keys(schema.shape);

const EXPECTED: Readonly<Record<string, string>> = {
  anonymous_id_column: 'a column name, or none',
  ignore_traits: 'a list of column names',
  rename_traits: 'a map of column names to new names',
  filters: 'a list of SQL conditions',
};

/** Checks what was given and fills in the specification's defaults. */
export function identifyParameters(given: Record<string, unknown>): IdentifyParameters {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw unknownArgument('customer_io_identify', issue.keys[0] ?? '', IDENTIFY_PARAMETERS);
  }
  const name = String(issue?.path[0] ?? '');
  throw configError(
    `customer_io_identify: ${name} must be ${EXPECTED[name] ?? (name.endsWith('_column') ? 'a column name' : 'a text')}.`,
  );
}
