import { skipColon, skipSpace, skipValue } from '../../json/json-bytes.ts';

const quote = 0x22;
const comma = 0x2c;
const beginning = /"data"\s*:\s*\{/;

/**
 * The column of a record's `data` whose value is no JSON, in a line that JSON.parse has refused; undefined where it
 * cannot be told, or where the name is none of the columns known: what stands there may be a secret out of its place.
 */
export function brokenColumn(text: string, columns: ReadonlySet<string>): string | undefined {
  const found = beginning.exec(text);
  if (found === null) return undefined;
  const bytes = Buffer.from(`${text.slice(found.index + found[0].length)}\n`);
  let at = skipSpace(bytes, 0);
  while (bytes[at] === quote) {
    const end = skipValue(bytes, at);
    const value = end < 0 ? -1 : skipColon(bytes, end);
    if (value < 0) return undefined;
    const behind = skipValue(bytes, value);
    const next = behind < 0 ? -1 : skipSpace(bytes, behind);
    // What follows a whole value tells too: a number such as 0.2500.1 ends too early.
    if (next < 0 || (bytes[next] !== comma && bytes[next] !== 0x7d))
      return known(bytes.toString('utf8', at, end), columns);
    at = skipSpace(bytes, next + 1);
  }
  return undefined;
}

function known(name: string, columns: ReadonlySet<string>): string | undefined {
  const column: unknown = JSON.parse(name);
  return typeof column === 'string' && columns.has(column) ? column : undefined;
}
