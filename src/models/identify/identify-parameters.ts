import { z } from 'zod';
import { configError } from '../../errors/connector-error.ts';
import { unknownArgument } from '../jinja/macro-arguments.ts';

const column = z.string().min(1);

/** Jinja takes a number for a name's text, and an empty text for none. */
const newName = z.union([z.string().min(1), z.number().transform(String)]);
const optionalColumn = z.string().nullable();
const condition = z.string().regex(/\S/);

const schema = z.strictObject({
  entity_type: z.string().min(1).default('person'),
  user_id_column: column.default('user_id'),
  anonymous_id_column: optionalColumn.default(null).transform((name) => name || null),
  dedupe_column: column.default('email'),
  ignore_traits: z.array(z.string()).default([]),
  rename_traits: z.record(z.string(), newName).default({}),
  filters: z.array(condition).default([]),
  // Left out of what is parsed where it is not given: states know a definition by its parameters.
  entity_id_column: optionalColumn.optional().transform((name) => name || undefined),
});

export type IdentifyParameters = z.output<typeof schema>;

export const IDENTIFY_PARAMETERS: readonly string[] = Object.keys(schema.shape);

const EXPECTED: Readonly<Record<string, string>> = {
  anonymous_id_column: 'a column name, or none',
  ignore_traits: 'a list of column names',
  rename_traits: 'a map of column names to new names',
  filters: 'a list of SQL conditions, none of them empty',
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
