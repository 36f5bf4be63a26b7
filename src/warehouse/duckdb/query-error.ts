import { tmpdir } from 'node:os';
import { ConnectorError, configError, messageOf } from '../../errors/connector-error.ts';
import { errorMarker } from './json/json-parts.ts';

/** DuckDB's own texts are good: the first line says what and where; the rest is the SQL. */
function queryError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = messageOf(error);
  const marked = text.indexOf(errorMarker);
  if (marked >= 0) return configError(text.slice(marked + errorMarker.length).split('\n')[0] ?? text);
  if (/^Permission Error|operations are disabled by configuration|exists in the \w+ extension/m.test(text))
    return closedError(error);
  if (isFullDisk(text)) return fullDisk(error);
  const [headline = text, ...rest] = text.split('\n\n');
  return configError(`DuckDB: ${headline.replaceAll('\n', ' ')}`, {
    internal: rest.join('\n'),
    cause: error,
  });
}

const isFullDisk = (text: string): boolean =>
  /No space left on device|failed to offload data block|max_temp_directory_size|File too large/i.test(text);

/** What a query needs beyond its memory lies in the folder for temporary files. */
function fullDisk(error: unknown): ConnectorError {
  return new ConnectorError(
    `DuckDB: no space is left for temporary files in ${tmpdir()}. Free some, or set TMPDIR to a folder with more.`,
    { failureType: 'transient_error', internal: messageOf(error), cause: error },
  );
}

const headlineOf = (error: unknown): string =>
  (messageOf(error).split('\n\n')[0] ?? '').replaceAll('\n', ' ');

/** What SQL may not reach, since the engine is closed off. */
function closedError(error: unknown): ConnectorError {
  return configError(
    `DuckDB: ${headlineOf(error)}. SQL can only reach the warehouse: no other files, no network, no extensions. If it needs more (such as a view that reads parquet files), set warehouse.external_access to true.`,
    { cause: error },
  );
}

/** @throws ConnectorError in place of the engine's own error, or an AbortError. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Whoever closes the database ends what is under way.
    if (messageOf(error).startsWith('INTERRUPT Error')) throw new DOMException('Interrupted', 'AbortError');
    throw queryError(error);
  }
}

export const isOutOfMemory = (error: unknown): boolean => messageOf(error).startsWith('Out of Memory Error');
