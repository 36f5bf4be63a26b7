/** What JSON.parse can return; everything that comes off the wire is this until it has been checked. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** UTF-8 bytes longer than `limit`? A string of n units takes at most 3n bytes, so most need no counting. */
export function isLongerThan(text: string, limit: number): boolean {
  return text.length * 3 > limit && Buffer.byteLength(text) > limit;
}

/** The text whose bytes the attribute limits count: a string as it stands, all else as JSON. */
export function stringForm(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
