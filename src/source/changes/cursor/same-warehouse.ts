import { type ConnectorError, configError } from '../../../errors/connector-error.ts';
import type { StreamName } from '../../../streams/contract.ts';
import { describeWarehouse, mayBeSame, type WarehouseIdentity } from '../../../warehouse/identity.ts';

const waysOut =
  'Use a separate state for this warehouse; or reset the stream to read it all (in a state file: remove its entry); or, if the data is the same after all, set on_other_warehouse to "accept" (sync: --accept-state) to continue from the cursor.';

/** @throws ConnectorError where the names alone say that the state is another warehouse's */
export function refuseOtherWarehouse(
  stream: StreamName,
  written: WarehouseIdentity,
  here: WarehouseIdentity,
): void {
  if (mayBeSame(written, here)) return;
  throw configError(
    `The state of ${stream} belongs to another warehouse: ${describeWarehouse(written)}; this one is ${describeWarehouse(here)}. Its cursor would skip rows that were never sent. ${waysOut}`,
    { stream },
  );
}

/** What speaks against a state: none of the rows that it remembers, and rows that its cursor would pass over. */
export interface Strangeness {
  readonly remembered: number;
  readonly passedOver: number;
}

export function otherRows(
  stream: StreamName,
  { remembered, passedOver }: Strangeness,
  written: WarehouseIdentity | undefined,
): ConnectorError {
  const passed = `${passedOver.toLocaleString('en')} ${passedOver === 1 ? 'row' : 'rows'}`;
  const where = written === undefined ? '' : ` It was written for ${describeWarehouse(written)}.`;
  return configError(
    `The state belongs to another warehouse: ${noneOf(remembered)} in this one, where its cursor would skip ${passed} that were never sent.${where} ${waysOut}`,
    { stream },
  );
}

const noneOf = (remembered: number): string =>
  remembered === 1
    ? 'the row that it remembers is not'
    : `none of the ${remembered} rows that it remembers is`;

/** A table that holds the newest rows only looks like another one, and loses nothing. */
export const allRowsAreNew = (remembered: number, rows: number): string =>
  `The state remembers other rows: ${noneOf(remembered)} left. All ${rows.toLocaleString('en')} rows are after its cursor, so all of them are read.`;
