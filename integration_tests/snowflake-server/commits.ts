import type { DuckDBConnection } from '@duckdb/node-api';

/**
 * When tables last changed, for SYSTEM$LAST_CHANGE_COMMIT_TIME: every statement that changes a table's rows moves its
 * token, and any such statement moves that of a view, which may tell of a change where there is none.
 * https://docs.snowflake.com/en/sql-reference/functions/system_last_change_commit_time
 */

const asked = /SYSTEM\$LAST_CHANGE_COMMIT_TIME\s*\(\s*'((?:[^'\\]|''|\\.)*)'\s*\)/gi;

const name = String.raw`((?:(?:"(?:[^"]|"")+"|\w+)\s*\.\s*)*(?:"(?:[^"]|"")+"|\w+))`;
const written = new RegExp(
  String.raw`^\s*(?:INSERT\s+(?:OVERWRITE\s+)?INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|(?:CREATE(?:\s+OR\s+REPLACE)?(?:\s+\w+)?|ALTER|DROP)\s+TABLE(?:\s+IF(?:\s+NOT)?\s+EXISTS)?)\s+${name}`,
  'i',
);

const start = 1_661_920_053_987_000_000n;

/** Names of one spelling in several schemas share their token, which a client must bear. */
const keyOf = (table: string): string => {
  const last = /(?:"((?:[^"]|"")+)"|(\w+))\s*$/.exec(table);
  return last?.[1]?.replaceAll('""', '"') ?? last?.[2]?.toUpperCase() ?? table;
};

export class Commits {
  readonly #tables = new Map<string, bigint>();
  #last = start;

  /** Takes note of a statement that has run. */
  note(sql: string): void {
    const table = written.exec(sql)?.[1];
    if (table === undefined) return;
    this.#last += 1_000_000n;
    this.#tables.set(keyOf(table), this.#last);
  }

  /** The statement with tokens in place of the questions for them. Asking for what is not there fails. */
  async answer(connection: DuckDBConnection, sql: string): Promise<string> {
    const tokens = new Map<string, string>();
    for (const [, text = ''] of sql.matchAll(asked)) {
      const table = text.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1');
      await connection.run(`SELECT 1 FROM ${table} LIMIT 0`);
      tokens.set(text, await this.#token(connection, keyOf(table)));
    }
    return sql.replaceAll(asked, (_, text: string) => tokens.get(text) ?? '0');
  }

  async #token(connection: DuckDBConnection, table: string): Promise<string> {
    const views = await connection.runAndReadAll('SELECT view_name FROM duckdb_views() WHERE NOT internal');
    const isView = views.getRows().some(([view]) => view === table);
    return String(isView ? this.#last : (this.#tables.get(table) ?? start));
  }
}
