import { createHash } from 'node:crypto';
import { isJsonObject } from '../json/json-object.ts';
import type { Dialect } from '../warehouse/warehouse.ts';
import { normalisedSql } from './sql/normalised-sql.ts';

/** A model or macro. */
interface NamedText {
  readonly name: string;
  readonly text: string;
  /** Of a shipped model: its texts of former editions, by edition. */
  readonly former?: ReadonlyMap<string, string>;
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

/**
 * What states of earlier versions hold for the same definition: of the texts as they stand, and of the shipped models
 * as they were in each former edition whose cursor means the same.
 */
export function formerFingerprints(given: Fingerprinted, dialect: Dialect): string[] {
  const editions = new Set(given.models.flatMap(({ former }) => [...(former?.keys() ?? [])]));
  const then = [...editions].map((edition): Fingerprinted => {
    const models = given.models.map(({ name, text, former }) => ({
      name,
      text: former?.get(edition) ?? text,
    }));
    return { ...given, models };
  });
  return [
    formerFingerprint(given),
    ...then.flatMap((former) => [fingerprint(former, dialect), formerFingerprint(former)]),
  ];
}

/** Of the texts as they stand, in which every space counts. */
function formerFingerprint({ definition, models, vars }: Fingerprinted): string {
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
