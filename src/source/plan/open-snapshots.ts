import { existsSync } from 'node:fs';
import { ConnectorError, configError } from '../../errors/connector-error.ts';
import { streamNames } from '../../streams/contract.ts';
import { attachesFiles, openWarehouse } from '../../warehouse/open.ts';
import { openStore } from '../../warehouse/registry.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { changesOf, type SourceConfig, wantsSnapshot } from '../config.ts';
import { Snapshots } from '../snapshots/snapshots.ts';
import { formerFile, otherFile, otherWarehouse } from './other-store.ts';

/** Why no snapshot can be kept, in words for a person. */
export interface NoSnapshots {
  readonly reason: string;
}

export interface OpenWarehouse {
  readonly warehouse: Warehouse;
  readonly snapshots: Snapshots | NoSnapshots;
}

/** The warehouse, open for snapshots where a stream may need one and the warehouse lets them be kept. */
export async function openWithSnapshots(config: SourceConfig, isToRead: boolean): Promise<OpenWarehouse> {
  const changes = changesOf(config);
  const isWanted = streamNames.some((stream) => wantsSnapshot(config, stream));
  if (!isToRead || !isWanted) return withoutSnapshots(config, 'changes asks for none.');
  // A file that is there already is where they were kept before.
  const isInFile = changes.store === undefined && changes.file !== undefined && existsSync(changes.file);
  if (changes.store === 'file' || isInFile) return inFile(config, undefined);
  return await inWarehouse(config);
}

async function inWarehouse(config: SourceConfig): Promise<OpenWarehouse> {
  let opened: Opened;
  try {
    opened = await openToWrite(config);
  } catch (error) {
    return await elsewhere(config, error);
  }
  const { warehouse, fault } = opened;
  const { schema } = changesOf(config);
  const openOther = otherFile(config, warehouse, fault);
  const snapshots = new Snapshots({ warehouse, store: 'warehouse', schema, openOther });
  try {
    await snapshots.registry.open();
    return { warehouse, snapshots };
  } catch (error) {
    await warehouse.close();
    if (error instanceof ConnectorError && error.failureType !== 'config_error') throw error;
    return await elsewhere(config, error);
  }
}

interface Opened {
  readonly warehouse: Warehouse;
  /** Why the file that snapshots were kept in is not attached: only a state that names it minds. */
  readonly fault?: ConnectorError;
}

async function openToWrite(config: SourceConfig): Promise<Opened> {
  const file = attachesFiles(config.warehouse) ? formerFile(config) : undefined;
  if (file === undefined) return { warehouse: await openWarehouse(config.warehouse, 'snapshots') };
  try {
    return { warehouse: await openWarehouse(config.warehouse, 'snapshots', file) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { warehouse: await openWarehouse(config.warehouse, 'snapshots'), fault: error };
  }
}

/** @throws ConnectorError where the config wants snapshots in the warehouse alone */
async function elsewhere(config: SourceConfig, error: unknown): Promise<OpenWarehouse> {
  const { store, file } = changesOf(config);
  if (!(error instanceof ConnectorError) || store === 'warehouse') throw error;
  if (file === undefined) return await withoutSnapshots(config, error.message);
  return await inFile(config, error.message);
}

/** `instead` is why they are not kept in the warehouse, where the config leaves it open. */
async function inFile(config: SourceConfig, instead: string | undefined): Promise<OpenWarehouse> {
  const { schema, file } = changesOf(config);
  if (file === undefined) {
    throw configError(
      'changes.store is "file", but changes.file is missing. Set it to a path that lasts from sync to sync.',
    );
  }
  if (!attachesFiles(config.warehouse)) return await apart(config, file, instead);
  const warehouse = await openWarehouse(config.warehouse, 'read', file);
  const openOther = otherWarehouse(config, warehouse);
  return { warehouse, snapshots: new Snapshots({ warehouse, store: 'file', schema, instead, openOther }) };
}

/** In an engine of the file's own. */
async function apart(
  config: SourceConfig,
  file: string,
  instead: string | undefined,
): Promise<OpenWarehouse> {
  const { schema } = changesOf(config);
  const warehouse = await openWarehouse(config.warehouse);
  try {
    const store = await openStore(file);
    const openOther = otherWarehouse(config, warehouse);
    const place = { warehouse, store: 'file' as const, schema, instead, apart: store, openOther };
    return { warehouse, snapshots: new Snapshots(place) };
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

async function withoutSnapshots(config: SourceConfig, reason: string): Promise<OpenWarehouse> {
  return { warehouse: await openWarehouse(config.warehouse), snapshots: { reason } };
}
