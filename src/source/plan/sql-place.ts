import { ConnectorError } from '../../errors/connector-error.ts';
import type { CompiledModel } from '../../models/compile.ts';

/** How DuckDB and Snowflake say where in a statement they stumbled. */
const LINE = /\bLINE (\d+):|\berror line (\d+) at position \d+/;

/** An engine knows its statement's lines alone: the file and the line that wrote them are said before its words. */
export function withPlace(error: unknown, { placeOf }: Pick<CompiledModel, 'placeOf'>): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { message, internal, failureType } = error;
  const [, duckdb, snowflake] = LINE.exec(`${message}\n${internal ?? ''}`) ?? [];
  const line = duckdb ?? snowflake;
  const place = line === undefined ? undefined : placeOf(Number(line));
  if (place === undefined) return error;
  const detail = internal === undefined ? {} : { internal };
  return new ConnectorError(`${place}: ${message}`, { failureType, cause: error, ...detail });
}
