import type { z } from 'zod';
import { configError } from './connector-error.ts';
import { refuseUnknownKeys } from './unknown-keys.ts';

/** What a schema finds wrong first, for a person: never the value, which may be a secret. */
export interface SchemaIssue {
  /** As one writes it in code: `streams[0].sync_mode`; empty where it is the whole value. */
  readonly place: string;
  /** `it is missing`; without a full stop. */
  readonly what: string;
}

/** @param within where the value stands in what the person has given */
export function schemaIssue(error: z.ZodError, within: readonly PropertyKey[] = []): SchemaIssue {
  const issue = error.issues[0];
  const steps = [...within, ...(issue?.path ?? [])];
  const place = steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return { place, what: issue === undefined ? 'it does not fit' : inWords(issue.message) };
}

/** @throws ConnectorError that names the field and what is wrong with it, never a value. */
export function parseConfig<T extends z.ZodObject>(whose: string, schema: T, config: unknown): z.output<T> {
  refuseUnknownKeys(whose, config, Object.keys(schema.shape));
  const parsed = schema.safeParse(config);
  if (!parsed.success) throw configError(misfit(whose, parsed.error));
  return parsed.data;
}

/** `Source config, warehouse.type: it is missing.`, where `whose` is `Source config`. */
export function misfit(whose: string, error: z.ZodError): string {
  const { place, what } = schemaIssue(error);
  return `${whose}${place === '' ? '' : `, ${place}`}: ${what}.`;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'empty',
};

/** Where the validator's own words are hard to read: a kind of value, a choice, a text of digits as YAML takes it. */
function inWords(message: string): string {
  const [, expected = '', received = ''] =
    /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (received === 'undefined') return 'it is missing';
  if (expected === 'string' && received === 'number') return 'it must be a text: put it in quotes';
  const [wanted, given] = [kinds[expected], kinds[received]];
  if (wanted !== undefined && given !== undefined) return `it must be ${wanted}, but is ${given}`;
  return message
    .replace(/\.$/, '')
    .replace(/^Invalid discriminator value\. Expected /, 'it must be one of ')
    .replace(/^Invalid option: expected /, 'it must be ');
}
