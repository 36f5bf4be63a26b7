/**
 * How deep lists and objects stand within each other. JSON.parse walks to any depth; JSON.stringify, and JSON.parse
 * with a reviver, call themselves for each level and end in a stack overflow after some 2,000.
 */

/** Levels that a message may have. Far more than any record known, far less than a stack holds. */
export const mostLevels = 500;

const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;

/** 1 for a bracket that opens, -1 for one that closes. `[` and `{`, `]` and `}` are one bit apart. */
function step(code: number): number {
  const bracket = code | 0x20;
  return bracket === 0x7b ? 1 : bracket === 0x7d ? -1 : 0;
}

/** The index of the quote that ends a text, from its first; the text's length where none does. */
function endOfText(text: string, at: number): number {
  let index = at + 1;
  while (index < text.length && text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index;
}

/** Whether JSON has more than `levels` of brackets within each other. Text that is no JSON gets some answer. */
export function isDeeper(json: string, levels: number = mostLevels): boolean {
  // Each level takes two characters.
  if (json.length <= 2 * levels) return false;
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === quote) index = endOfText(json, index);
    else depth += step(code);
    if (depth > levels) return true;
  }
  return false;
}

/**
 * A member of a JSON object as it stands in the text, digit by digit; undefined where the object has none of the
 * name.
 *
 * @param json known to be valid; `name` needs no escape.
 */
export function memberText(json: string, name: string): string | undefined {
  let start = skipSpace(json, skipSpace(json, 0) + 1);
  while (json[start] === '"') {
    const named = endOfText(json, start);
    const value = skipSpace(json, skipSpace(json, named + 1) + 1);
    const end = endOfValue(json, value);
    if (json.slice(start + 1, named) === name) return json.slice(value, end).trimEnd();
    start = skipSpace(json, end + 1);
  }
  return undefined;
}

/** Where the comma or the bracket behind a value stands. */
function endOfValue(json: string, at: number): number {
  let depth = 0;
  for (let index = at; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === quote) index = endOfText(json, index);
    else if (depth === 0 && (code === comma || step(code) < 0)) return index;
    else depth += step(code);
  }
  return json.length;
}

function skipSpace(text: string, at: number): number {
  let index = at;
  while (text[index] === ' ' || text[index] === '\t') index += 1;
  return index;
}

/** Whether a parsed value is that deep, without a call for each level. */
export function isDeeperValue(value: unknown, levels: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
