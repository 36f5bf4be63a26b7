import { isJsonObject } from './json-object.ts';

/** Shorter ones would strike out half of every text. */
const shortestSecret = 4;

/** The values at places that a connection specification marks `airbyte_secret`. */
export function secretsOf(config: unknown, schema: unknown): string[] {
  if (!isJsonObject(schema)) return [];
  if (schema.airbyte_secret === true) return textsOf(config);
  const branches = [schema.oneOf, schema.anyOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [
    ...branches.flatMap((branch) => secretsOf(config, branch)),
    ...secretsOfProperties(config, schema.properties),
    ...(Array.isArray(config) ? config.flatMap((item) => secretsOf(item, schema.items)) : []),
  ];
}

function secretsOfProperties(config: unknown, properties: unknown): string[] {
  if (!isJsonObject(config) || !isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, schema]) =>
    Object.hasOwn(config, name) ? secretsOf(config[name], schema) : [],
  );
}

/** A secret is secret though the config gives it as a number, or as an object of several. */
function textsOf(secret: unknown): string[] {
  if (typeof secret === 'string') return [secret];
  if (typeof secret === 'number') return [String(secret)];
  return typeof secret === 'object' && secret !== null ? Object.values(secret).flatMap(textsOf) : [];
}

/** Shorter lines of a secret tell nothing, and are words of other texts too. */
const shortestLine = 8;

/** A secret, and what of it others quote: it without the white space around it, and its lines one by one. */
function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n|\\n/).map((line) => line.trim());
  // The first and last line of a key in PEM form are no secret.
  const told = lines.filter((line) => line.length >= shortestLine && !line.startsWith('-----'));
  return [secret, secret.trim(), ...told].filter((part) => part.length >= shortestSecret);
}

/** A secret as it may appear: as it is, inside JSON, inside a URL, inside a form. */
function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    // Half of a surrogate pair cannot be written in a URL: it would throw.
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams([['', secret]]).toString().slice(1),
  ];
}

export function maskSecrets(text: string, secrets: readonly string[]): string {
  const forms = new Set(secrets.flatMap(partsOf).flatMap(formsOf));
  // Longest first, so that none is half struck by another that it contains.
  return [...forms]
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, '****'), text);
}
