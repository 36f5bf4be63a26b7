import { ConnectorError } from '../../errors/connector-error.ts';
import { streamNames } from '../../streams/contract.ts';
import { openWarehouse } from '../../warehouse/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { Snapshots } from '../changes/snapshot/snapshots.ts';
import { changesOf, type SourceConfig } from '../config.ts';

/** Why no snapshot can be kept, in words for a person. */
export interface NoSnapshots {
  readonly reason: string;
}

export interface OpenWarehouse {
  readonly warehouse: Warehouse;
  readonly snapshots: Snapshots | NoSnapshots;
}

/** The warehouse, open for snapshots where a stream may need one and the warehouse lets them be kept. */
export async function openWithSnapshots(config: SourceConfig): Promise<OpenWarehouse> {
  const changes = changesOf(config);
  const { schema, file } = changes;
  const isWanted = streamNames.some(
    (stream) => changes[stream] === undefined || changes[stream] === 'snapshot',
  );
  if (!isWanted) return withoutSnapshots(config, 'The config asks for none.');
  if (changes.store === 'file' || (changes.store === undefined && file !== undefined)) return inFile(config);
  try {
    const warehouse = await openWarehouse(config.warehouse, 'snapshots');
    return { warehouse, snapshots: new Snapshots(warehouse, 'warehouse', schema) };
  } catch (error) {
    if (!(error instanceof ConnectorError) || changes.store === 'warehouse') throw error;
    return withoutSnapshots(config, error.message);
  }
}

async function inFile(config: SourceConfig): Promise<OpenWarehouse> {
  const { schema, file } = changesOf(config);
  if (file === undefined) return withoutSnapshots(config, 'changes.file names no file.');
  const warehouse = await openWarehouse(config.warehouse, 'read', file);
  return { warehouse, snapshots: new Snapshots(warehouse, 'file', schema) };
}

async function withoutSnapshots(config: SourceConfig, reason: string): Promise<OpenWarehouse> {
  return { warehouse: await openWarehouse(config.warehouse), snapshots: { reason } };
}
