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

/** Where a secret stands in a text: from, and up to but not including. */
type Span = readonly [number, number];

/** The text with every form of every secret struck out. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const spans = [...new Set(secrets.flatMap(partsOf))]
    .flatMap((part) => spansOf(text, part))
    .toSorted(([a], [b]) => a - b);
  let masked = '';
  let end = 0;
  for (const [from, to] of spans) {
    if (from >= end) masked += `${text.slice(end, from)}****`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}

const spansOf = (text: string, secret: string): Span[] => [
  ...[...formsOf(secret)].flatMap((form) => occurrences(text, form)),
  ...[...base64Forms(secret)].flatMap((form) =>
    occurrences(text, form).map((span) => withNeighbours(text, span)),
  ),
];

function occurrences(text: string, form: string): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    found.push([at, at + form.length]);
  }
  return found;
}

/** Shorter ones may be anybody's words when they are written in small letters. */
const shortestInSmallLetters = 8;

/** A secret as it may appear: as it is, inside JSON, a URL, a form, a page, the name of a host. */
function formsOf(secret: string): ReadonlySet<string> {
  const json = JSON.stringify(secret).slice(1, -1);
  // Half of a surrogate pair cannot be written in a URL: it would throw.
  const url = encodeURIComponent(secret.toWellFormed());
  return new Set([
    secret,
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[\u007f-\uffff<>&']/g, unicodeEscape),
    url,
    url.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    encodeURI(secret.toWellFormed()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    secret.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
    secret.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign),
    ...(secret.length >= shortestInSmallLetters ? [secret.toLowerCase()] : []),
  ]);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const unicodeEscape = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * What Base64 makes of a secret wherever in a longer text it stands, such as `Basic` of user and key: the letters
 * that are made of its bytes alone, for each of the three ways in which bytes meet letters.
 */
function base64Forms(secret: string): ReadonlySet<string> {
  const bytes = Buffer.from(secret, 'utf8');
  const forms = [0, 1, 2].flatMap((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(2)]).toString('base64');
    const own = letters.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    const forUrls = own.replaceAll('+', '-').replaceAll('/', '_');
    return [own, forUrls, encodeURIComponent(own), own.replaceAll('/', '\\/')];
  });
  return new Set(forms.filter((form) => form.length >= shortestSecret));
}

/** The letters on both sides belong to the same Base64: user and key are one text there. */
function withNeighbours(text: string, [from, to]: Span): Span {
  const belongs = (at: number): boolean => at >= 0 && /[\w+/=%\\-]/.test(text.charAt(at));
  let [start, end] = [from, to];
  while (belongs(start - 1)) start -= 1;
  while (belongs(end)) end += 1;
  return [start, end];
}
