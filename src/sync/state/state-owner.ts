import { z } from 'zod';
import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import type { DestinationAccount } from '../../protocol/connector.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';

const account = z.object({ api: z.string(), host: z.string(), account: z.string() });

/** A state that is kept to the destination that has what lies before its cursors. */
export function ownedBy(state: AirbyteStateMessage, destination: DestinationAccount): AirbyteStateMessage {
  return { ...state, destination };
}

/** Entries that do not say which destination has their rows: of versions that did not bind them. */
export const isUnowned = (state: AirbyteStateMessage): boolean => state.destination === undefined;

/** @throws ConnectorError where an entry belongs to another destination: its rows would never be sent to this one. */
export function refuseForeign(
  states: readonly AirbyteStateMessage[],
  here: DestinationAccount,
  path: string,
): void {
  for (const state of states) {
    if (isUnowned(state)) continue;
    const owner = account.safeParse(state.destination).data;
    if (owner === undefined || !isSame(owner, here)) throw foreign(owner, here, path);
  }
}

const isSame = (a: DestinationAccount, b: DestinationAccount): boolean =>
  a.api === b.api && a.host === b.host && a.account === b.account;

function foreign(
  owner: DestinationAccount | undefined,
  here: DestinationAccount,
  path: string,
): ConnectorError {
  const whose = owner === undefined ? 'a destination that it does not name' : nameOf(owner);
  const difference =
    owner?.api === here.api && owner.host === here.host
      ? ` The ${keyName(here)} is different: another workspace, or a new key for the same one.`
      : '';
  return configError(
    `The state file ${path} belongs to ${whose}; this sync sends to ${nameOf(here)}.${difference} What was sent there would be missing here. Name another state file for this destination (state:), or delete this one to send everything from the beginning. If both are the same workspace, continue once with sync --accept-state.`,
  );
}

const nameOf = ({ api, host, account: id }: DestinationAccount): string =>
  `the ${api === 'pipelines' ? 'Pipelines' : 'Track'} API on ${host} (${keyName({ api })} #${id})`;

const keyName = ({ api }: Pick<DestinationAccount, 'api'>): string =>
  api === 'pipelines' ? 'write key' : 'site ID';
