import { z } from 'zod';
import type { ConnectorSpecification } from '../protocol/messages.ts';
import { sourceConfig } from './config.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Airbyte's forms want what zod's generator words otherwise: `oneOf` for unions, a parent `type: object`,
 * a type beside each `const`, and no null types.
 */
function toForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toForm);
  if (!isRecord(value)) return value;
  const { additionalProperties: _, anyOf, $schema: __, ...rest } = value;
  const nonNull = Array.isArray(anyOf)
    ? anyOf.filter((branch) => !isRecord(branch) || branch.type !== 'null')
    : [];
  const branch = nonNull.length === 1 && isRecord(nonNull[0]) ? nonNull[0] : {};
  const merged = { ...branch, ...rest, ...(nonNull.length > 1 ? { oneOf: nonNull } : {}) };
  const typed = 'oneOf' in merged && !('type' in merged) ? { type: 'object', ...merged } : merged;
  return Object.fromEntries(Object.entries(typed).map(([key, inner]) => [key, toForm(inner)]));
}

export function sourceSpec(): ConnectorSpecification {
  const form = toForm(z.toJSONSchema(sourceConfig, { target: 'draft-07', io: 'input' }));
  return {
    documentationUrl: 'https://docs.airbyte.com/integrations/sources/nexus',
    supportsIncremental: true,
    connectionSpecification: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'Nexus source',
      additionalProperties: true,
      ...(isRecord(form) ? form : {}),
    },
  };
}
