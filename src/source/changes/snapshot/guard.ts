import { type ConnectorError, configError } from '../../../errors/connector-error.ts';
import type { StreamName } from '../../../streams/contract.ts';
import type { ChangesConfig } from '../../config.ts';

/** What would leave a stream. */
export interface Leaving {
  /** Rows that were sent and are not there now. */
  readonly leaving: number;
  /** Rows that were there before. */
  readonly before: number;
}

/** A share of few rows is few, and small tables change much. */
const fewest = 100;

/** How many rows may leave at once. */
function mostLeaving({ max_removed: given }: Pick<ChangesConfig, 'max_removed'>, before: number): number {
  const number = Number.parseFloat(given);
  return given.endsWith('%') ? Math.max(fewest, Math.floor((before * number) / 100)) : Math.floor(number);
}

/** Whether so many rows have left that a fault is likelier than life. */
export const areTooMany = (config: ChangesConfig, { leaving, before }: Leaving): boolean =>
  !config.allow_removals && leaving > mostLeaving(config, before);

const number = (value: number): string => value.toLocaleString('en');

interface Gone {
  readonly stream: StreamName;
  /** Keys of a few of them. */
  readonly examples: readonly string[];
}

export function tooManyRemovals(
  { max_removed: most }: ChangesConfig,
  { leaving, before }: Leaving,
  { stream, examples }: Gone,
): ConnectorError {
  const names = examples.map((key) => `"${key}"`).join(', ');
  return configError(
    `${number(leaving)} of ${number(before)} ${stream} that were sent are gone from the warehouse, such as ${names}. That is more than changes.max_removed allows (${most}), so nothing was sent and nothing was removed. If the warehouse is incomplete, for instance because a dbt build failed, fix it and run again. If they are gone for good, allow it once (sync --allow-removals, or changes.allow_removals: true), or raise changes.max_removed.`,
    { stream },
  );
}
