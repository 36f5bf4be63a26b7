import type { DestinationConnector, SourceConnector } from '../protocol/connector.ts';

export type Role = 'source' | 'destination';

/** What both roles answer to. */
export type Connector = Pick<SourceConnector & DestinationConnector, 'spec' | 'check' | 'discover'>;

export async function loadSource(): Promise<SourceConnector> {
  return (await import('../source/source.ts')).nexusSource;
}

export async function loadDestination(): Promise<DestinationConnector> {
  return (await import('../destination/destination.ts')).customerIoDestination;
}

export function loadConnector(role: Role): Promise<Connector> {
  return role === 'source' ? loadSource() : loadDestination();
}
