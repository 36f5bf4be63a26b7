import { z } from 'zod';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Airbyte's forms want what zod's generator words otherwise: `oneOf` with a parent `type: object`, no `anyOf`
 * with null in it, no `additionalProperties` but true.
 */
function toForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toForm);
  if (!isRecord(value)) return value;
  const { additionalProperties: _, $schema: __, anyOf, ...rest } = value;
  const branches = Array.isArray(anyOf)
    ? anyOf.filter((branch) => !isRecord(branch) || branch.type !== 'null')
    : [];
  const only = branches.length === 1 && isRecord(branches[0]) ? branches[0] : {};
  const merged = { ...only, ...rest, ...(branches.length > 1 ? { oneOf: branches } : {}) };
  const typed = 'oneOf' in merged && !('type' in merged) ? { type: 'object', ...merged } : merged;
  return Object.fromEntries(
    Object.entries(typed).map(([key, inner]) => [key, toForm(key === 'properties' ? inOrder(inner) : inner)]),
  );
}

/** A form shows fields in the order in which the schema names them. */
function inOrder(properties: unknown): unknown {
  if (!isRecord(properties)) return properties;
  return Object.fromEntries(
    Object.entries(properties).map(([name, field], order) => [
      name,
      isRecord(field) ? { ...field, order } : field,
    ]),
  );
}

/** A headed section of a form; top-level fields name theirs with `group`. */
export interface FormGroup {
  readonly id: string;
  readonly title: string;
}

/** The connectionSpecification that Airbyte draws a form from: the same schema that validates the config. */
export function connectionForm(
  schema: z.ZodType,
  title: string,
  groups: readonly FormGroup[],
): Record<string, unknown> {
  const form = toForm(z.toJSONSchema(schema, { target: 'draft-07', io: 'input' }));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    groups,
    ...(isRecord(form) ? form : {}),
    additionalProperties: true,
  };
}

/** The first thing that is wrong with a config: where and what, never the value. */
export function misfit(whose: string, error: z.ZodError): string {
  const issue = error.issues[0];
  const path =
    issue?.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('') ?? '';
  const place = path === '' ? '' : `, ${path.replace(/^\./, '')}`;
  const missing = issue?.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return `${whose}${place}: ${missing ? 'it is missing' : inWords(issue?.message ?? 'it does not fit')}.`;
}

/** Where the validator's own words are hard to read: a choice, and a text of digits as YAML takes it. */
function inWords(message: string): string {
  return message
    .replace(/\.$/, '')
    .replace(/^Invalid discriminator value\. Expected /, 'it must be one of ')
    .replace(/^Invalid option: expected /, 'it must be ')
    .replace(/^Invalid input: expected string, received number$/, 'it must be a text: put it in quotes');
}
