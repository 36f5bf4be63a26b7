import { isJsonObject } from '../json/json-object.ts';

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
  ...matches(text, patternOf(secret)),
  ...[...base64Forms(secret)].flatMap((form) =>
    occurrences(text, form).map((span) => withNeighbours(text, span)),
  ),
];

/** Overlapping ones too. */
function matches(text: string, pattern: RegExp): Span[] {
  const found: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found.push([match.index, match.index + match[0].length]);
    pattern.lastIndex = match.index + 1;
  }
  return found;
}

function occurrences(text: string, form: string): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    found.push([at, at + form.length]);
  }
  return found;
}

/** In other letters, as in the name of a host, shorter ones may be anybody's words. */
const shortestInAnyCase = 8;

const patterns = new Map<string, RegExp>();

/** A secret with each of its signs as it may be written: in JSON, a URL, a form, a page, or as it is. */
function patternOf(secret: string): RegExp {
  const known = patterns.get(secret);
  if (known !== undefined) return known;
  const flags = secret.length >= shortestInAnyCase ? 'gi' : 'g';
  const pattern = new RegExp([...secret].map(spellings).join(''), flags);
  patterns.set(secret, pattern);
  return pattern;
}

/** Of letters and digits there is but one. Backslashes are doubled where JSON holds JSON. */
function spellings(sign: string): string {
  if (/[a-z\d]/i.test(sign)) return sign;
  const bytes = [...Buffer.from(sign, 'utf8')];
  const code = sign.codePointAt(0) ?? 0;
  const forms = [
    `\\\\*${sign.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')}`,
    bytes.map((byte) => `%${hex(byte, 2)}`).join(''),
    sign
      .split('')
      .map((unit) => `\\\\+u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
    `&#0*${code};`,
    `&#[xX]0*${hex(code, 1)};`,
  ];
  return `(?:${[...forms, ...(others[sign] ?? [])].join('|')})`;
}

/** What else stands for a sign, as patterns. */
const others: Readonly<Record<string, readonly string[]>> = {
  ' ': ['\\+'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
  '\n': ['\\\\+n'],
  '\r': ['\\\\+r'],
  '\t': ['\\\\+t'],
  '\b': ['\\\\+b'],
  '\f': ['\\\\+f'],
};

/** Hexadecimal digits of either case, as a pattern. */
const hex = (value: number, digits: number): string =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

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
