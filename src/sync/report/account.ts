import { isJsonObject } from '../../json/json-object.ts';

/** The destination's own account of its run: the one log line that is a JSON object. */
export type Account = Readonly<Record<string, unknown>>;

/** undefined for a line that is meant for a person. */
export function accountOf(line: string): Account | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many records of each stream were rejected, by an account; a count is left out where it is none. */
export function rejectedOf({ streams }: Account): Map<string, number> {
  const found = new Map<string, number>();
  for (const [stream, counts] of Object.entries(isJsonObject(streams) ? streams : {})) {
    const rejected = isJsonObject(counts) ? counts.rejected : undefined;
    if (typeof rejected === 'number') found.set(stream, rejected);
  }
  return found;
}
