import type { DuckDBConnection } from '@duckdb/node-api';
import { configError } from '../../../errors/connector-error.ts';

/** What the engine's own parser says of a text, without running any of it. The text is a value, not SQL. */
const question = `SELECT json_extract_string(parsed, '$.error_type'), json_extract_string(parsed, '$.error_message'),
  json_array_length(parsed, '$.statements'), json_extract_string(parsed, '$.position')
  FROM (SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true) AS parsed)`;

const severalOrOther =
  'To DuckDB, this SQL is not one SELECT, or more than one statement. A model is one SELECT. A PIVOT has to list its values: ON column IN (…).';

/** The line as the engine's other errors say it. */
function atLine(sql: string, position: unknown): { readonly internal?: string } {
  if (typeof position !== 'string') return {};
  // It counts signs, whatever their bytes.
  const before = [...sql].slice(0, Number(position));
  return { internal: `LINE ${before.filter((sign) => sign === '\n').length + 1}: the statement` };
}

/**
 * Lets one SELECT pass and nothing else, whatever quotes, comments and brackets the text is made of.
 *
 * @throws ConnectorError
 */
export async function requireSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const [row = []] = (await connection.runAndReadAll(question, [sql])).getRows();
  const [error, message, count, position] = row;
  if (error === 'parser') throw configError(`DuckDB: Parser Error: ${message}`, atLine(sql, position));
  if (error === null && Number(count) === 0) {
    throw configError('The SQL contains no statement. A model is one SELECT.');
  }
  if (error === null && Number(count) === 1) return;
  // A SELECT with a type that JSON has no form for (ENUM): it is one, but others may stand behind it.
  if (error === 'serialization' && (await connection.extractStatements(sql)).count === 1) return;
  throw configError(severalOrOther);
}
