import { ConnectorError } from '../../errors/connector-error.ts';
import type { CompiledModel } from '../../models/compile.ts';
import type { Dialect } from '../../warehouse/dialect.ts';

/** An engine knows its statement's lines alone: the file and the line that wrote them are said before its words. */
export function withPlace(
  error: unknown,
  { placeOf }: Pick<CompiledModel, 'placeOf'>,
  { query }: Dialect,
): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { message, internal, failureType } = error;
  const line = query.errorLine(`${message}\n${internal ?? ''}`);
  const place = line === undefined ? undefined : placeOf(line);
  if (place === undefined) return error;
  const detail = internal === undefined ? {} : { internal };
  return new ConnectorError(`${place}: ${message}`, { failureType, cause: error, ...detail });
}
