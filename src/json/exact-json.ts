/**
 * JSON whose numbers keep every digit. JavaScript's numbers hold integers up to 2^53 and some 16 digits;
 * what would be rounded is kept as source text (ECMAScript's JSON.rawJSON, in Node 21 and later).
 */

interface RawJson {
  readonly rawJSON: string;
}

declare global {
  /** What TypeScript's library does not describe yet. */
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): value is RawJson;
  }
}

/**
 * Numbers that may round: long runs of digits (with a point among them), or an exponent. Only where a number
 * can stand, since a reviver costs six times the parse: most hashes and UUIDs hold something like `4e5`.
 */
const longNumber = /[:[,]\s*-?(?:[\d.]{16}|[\d.]+[eE])/;

/** Anything else may be a number with nothing before it. Apart, since together they take twice the time. */
const container = /^[{[]/;

/** Below this, doubles hold fewer than 15 digits, down to none. */
const smallestFull = 1e-300;

/** -0, and digits that another spelling of the same double does not have. */
function rounds(value: number, source: string): boolean {
  return String(value) !== source && !sameDigits(value, source);
}

/** 1.50 and 1.5e0 are 1.5: spelling alone is no loss. */
function sameDigits(value: number, source: string): boolean {
  if (/[eE]/.test(source)) {
    const fits = Number.isFinite(value) && Math.abs(value) >= smallestFull;
    return fits && source.replace(/\D/g, '').length <= 15;
  }
  const [whole = '', fraction = ''] = source.split('.');
  const trimmed = fraction.replace(/0+$/, '');
  return String(value) === (trimmed === '' ? whole : `${whole}.${trimmed}`);
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  return rounds(value, source) ? JSON.rawJSON(source) : value;
}

/**
 * Parses so that JSON.stringify gives back every digit. A text without a long number is parsed plainly.
 *
 * @throws SyntaxError as JSON.parse does.
 */
export function parseExactJson(text: string): unknown {
  const plain = container.test(text) && !longNumber.test(text);
  return plain ? JSON.parse(text) : JSON.parse(text, keepDigits);
}

/** The source text of a number that was kept whole, else undefined. */
export function exactDigits(value: unknown): string | undefined {
  return JSON.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A number as it was written: a JavaScript number where that is spelled the same, else its digits as raw JSON. */
export function exactNumber(source: string): number | RawJson {
  const value = Number(source);
  return String(value) === source ? value : JSON.rawJSON(source);
}

/** Parses JSON whose every number keeps its spelling, `1.0` among them. @throws SyntaxError as JSON.parse does. */
export function parseWrittenJson(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && source !== undefined ? exactNumber(source) : value,
  );
}
