import { messageOf } from '../protocol/connector-error.ts';
import { type DestinationConfig, hostOf } from './config.ts';

interface Words {
  /** What to look at where the key is refused. */
  readonly keys: string;
  /** The API's name. */
  readonly api: string;
}

/** What an error of customerio-node says of the configuration. */
export function explain(error: unknown, config: DestinationConfig, { keys, api }: Words): string {
  const status = statusOf(error);
  if (status === 401 || status === 403) {
    return `Customer.io refuses the key: check ${keys}, and the region.`;
  }
  const host = hostOf(config);
  if (status !== undefined) return `${host} answered ${status}: is it Customer.io's ${api}?`;
  return `${host} could not be reached: ${reasonOf(error)}. Check the network and, if set, endpoint.`;
}

export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** fetch hides the reason ("fetch failed") in the cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ');
  return cause instanceof Error ? cause.message : messageOf(error);
}
