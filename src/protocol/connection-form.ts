import { z } from 'zod';
import { isJsonObject } from '../json/json-object.ts';

/**
 * Airbyte's forms want what zod's generator words otherwise: `oneOf` with a parent `type: object`, no `anyOf`
 * with null in it, no `additionalProperties` but true.
 */
function toForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toForm);
  if (!isJsonObject(value)) return value;
  const { additionalProperties: _, $schema: __, anyOf, ...rest } = value;
  const branches = Array.isArray(anyOf)
    ? anyOf.filter((branch) => !isJsonObject(branch) || branch.type !== 'null')
    : [];
  const only = branches.length === 1 && isJsonObject(branches[0]) ? branches[0] : {};
  const merged = { ...only, ...rest, ...(branches.length > 1 ? { oneOf: branches } : {}) };
  const typed = 'oneOf' in merged && !('type' in merged) ? { type: 'object', ...merged } : merged;
  return Object.fromEntries(
    Object.entries(typed).map(([key, inner]) => [key, toForm(key === 'properties' ? inOrder(inner) : inner)]),
  );
}

/** A form shows fields in the order in which the schema names them. */
function inOrder(properties: unknown): unknown {
  if (!isJsonObject(properties)) return properties;
  return Object.fromEntries(
    Object.entries(properties).map(([name, field], order) => [
      name,
      isJsonObject(field) ? { ...field, order } : field,
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
    ...(isJsonObject(form) ? form : {}),
    additionalProperties: true,
  };
}
