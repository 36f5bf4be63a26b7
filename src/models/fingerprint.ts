import { createHash } from 'node:crypto';
import { isJsonObject } from '../json/json-object.ts';
import type { Dialect } from '../warehouse/warehouse.ts';
import { normalisedSql } from './normalised-sql.ts';

/** A model or macro. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

export interface Fingerprinted {
  readonly definition: object;
  /** The models, and the project's own macros that they call. */
  readonly models: readonly NamedText[];
  readonly vars: ReadonlyMap<string, unknown>;
}

/**
 * SHA-256 of what a person wrote, whatever the order of keys and files, the comments and the white space: a state
 * belongs to one of these.
 */
export function fingerprint(given: Fingerprinted, dialect: Dialect): string {
  const models = given.models.map(({ name, text }) => ({ name, text: normalisedSql(text, dialect) }));
  return formerFingerprint({ ...given, models });
}

/** As states of before hold it: of the texts as they stand. */
export function formerFingerprint({ definition, models, vars }: Fingerprinted): string {
  const texts = models.map(({ name, text }) => JSON.stringify([name, text])).sort();
  const written = { definition, texts, vars: Object.fromEntries(vars) };
  return createHash('sha256').update(canonicalJson(written)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isJsonObject(inner) && !JSON.isRawJSON(inner) ? sortedByKey(inner) : inner,
  );
}

function sortedByKey(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
