import type { z } from 'zod';
import { isJsonObject } from '../json/json-object.ts';
import { configError } from './connector-error.ts';
import { didYouMean } from './did-you-mean.ts';
import { unknownKeys } from './unknown-keys.ts';

/** What a schema finds wrong, for a person: never the value, which may be a secret. */
export interface SchemaIssue {
  /** As one writes it in code: `streams[0].sync_mode`; empty where it is the whole value. */
  readonly place: string;
  /** `it is missing`; without a full stop. */
  readonly what: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * What is wrong first.
 *
 * @param value what the schema has refused, from which near choices are told
 * @param within where the value stands in what the person has given
 */
export function schemaIssue(error: z.ZodError, value: unknown, within: Path = []): SchemaIssue {
  const issue = error.issues[0];
  if (issue === undefined) return { place: placeOf(within), what: 'it does not fit' };
  return { place: placeOf([...within, ...issue.path]), what: inWords(issue, valueAt(value, issue.path)) };
}

const placeOf = (steps: Path): string =>
  steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[step],
    value,
  );

/** @throws ConnectorError that names each wrong field and what is wrong with it, never a value. */
export function parseConfig<T extends z.ZodObject>(whose: string, schema: T, config: unknown): z.output<T> {
  const unknown = unknownKeys(whose, config, Object.keys(schema.shape));
  const parsed = schema.safeParse(config);
  if (parsed.success && unknown === undefined) return parsed.data;
  const { message: strange, meant = [] } = unknown ?? {};
  // A key that is misspelled is missing too: once is enough.
  const issues = (parsed.error?.issues ?? []).filter(({ path }) => !meant.includes(String(path[0])));
  const told = [...new Set(issues.map((issue) => sentence(whose, config, issue)))];
  throw configError([...(strange === undefined ? [] : [strange]), ...told].join('\n'));
}

/** `Source config, warehouse.type: it is missing.`, where `whose` is `Source config`. */
export function misfit(whose: string, error: z.ZodError, value: unknown): string {
  const [issue] = error.issues;
  return issue === undefined ? `${whose}: it does not fit.` : sentence(whose, value, issue);
}

function sentence(whose: string, config: unknown, issue: Issue): string {
  const what = inWords(issue, valueAt(config, issue.path));
  const place = placeOf(issue.path);
  return `${whose}${place === '' ? '' : `, ${place}`}: ${what}${/[.?]$/.test(what) ? '' : '.'}`;
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

/** What another word for a choice means, in the words that people bring from elsewhere. */
const meanings: Readonly<Record<string, string>> = {
  table: 'relation',
  view: 'relation',
  query: 'sql',
  select: 'sql',
  macro: 'identify',
  europe: 'eu',
  usa: 'us',
  america: 'us',
  cut: 'truncate',
  delete: 'remove',
};

/** An issue in a person's words: those of the validator are hard to read. */
function inWords(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return ofKind(issue, value);
    case 'invalid_value':
      return ofChoice(issue.values.map(String), value);
    case 'invalid_union':
      return issue.discriminator === undefined
        ? 'it does not match any of the allowed forms'
        : ofUnion(issue, value);
    case 'too_small':
      return issue.origin === 'string' ? 'it is empty' : `it must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `it is longer than ${issue.maximum}`
        : `it must be at most ${issue.maximum}`;
    case 'unrecognized_keys':
      return `it has an unknown key: ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    default:
      return issue.message.replace(/\.$/, '');
  }
}

type Of<C extends Issue['code']> = Extract<Issue, { code: C }>;

function ofKind({ expected, message }: Of<'invalid_type'>, value: unknown): string {
  const received = /received (\w+)$/.exec(message)?.[1] ?? '';
  if (received === 'undefined') return 'it is missing';
  const wanted = kinds[expected] ?? expected;
  const given = kinds[received];
  if (given === undefined) return `it must be ${wanted}`;
  const mend = mending(expected, received, value);
  return `it must be ${wanted}${given === wanted ? '' : `, but is ${given}`}${mend}`;
}

/** How one kind becomes another. */
function mending(expected: string, received: string, value: unknown): string {
  if (expected === 'string' && (received === 'number' || received === 'boolean')) return ': put it in quotes';
  if (expected === 'array' && (received === 'object' || received === 'string'))
    return ': put it in brackets, [ … ], or begin it with "- "';
  const isWritten = typeof value === 'string' && /^(?:-?\d+|true|false)$/.test(value);
  return received === 'string' && expected !== 'object' && isWritten ? ': leave out the quotes' : '';
}

function ofUnion({ discriminator = '', message, path }: Of<'invalid_union'>, value: unknown): string {
  // The union stands at its discriminator, so the value is that already where the path says so.
  const given = path.at(-1) !== discriminator && isJsonObject(value) ? value[discriminator] : value;
  return ofChoice(
    [...message.matchAll(/'([^']*)'/g)].map(([, name = '']) => name),
    given,
  );
}

/** The choices, and the one that may have been meant. The value itself may be a secret in a wrong place. */
function ofChoice(choices: readonly string[], value: unknown): string {
  if (value === undefined) return `it is missing: one of ${choices.join(', ')}`;
  const text = String(value).trim().toLowerCase();
  const meaning = meanings[text] ?? '';
  const near = choices.includes(meaning) ? ` Did you mean "${meaning}"?` : didYouMean(text, choices);
  return `it must be ${anyOf(choices)}${near === '' ? '' : `.${near}`}`;
}

function anyOf(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
