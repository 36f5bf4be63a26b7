export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A backslash begins an escape in Snowflake's string literals, also in one that doubles its quotes. */
export const quoteString = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/**
 * A name as a person writes it in a config: `analytics` and `ANALYTICS` are the same, as in SQL;
 * `"Analytics"` in its own quotes is taken letter for letter.
 */
export function writtenName(name: string): string {
  if (/^".*"$/s.test(name)) return name.slice(1, -1).replaceAll('""', '"');
  return /^[A-Za-z_][\w$]*$/.test(name) ? name.toUpperCase() : name;
}
