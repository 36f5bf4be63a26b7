import { existsSync } from 'node:fs';
import { type ConnectorError, configError } from '../../errors/connector-error.ts';
import { attachesFiles } from '../../warehouse/open.ts';
import { openStore } from '../../warehouse/registry.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { changesOf, type SourceConfig } from '../config.ts';
import { Snapshots } from '../snapshots/snapshots.ts';

/** The file that snapshots may lie in which are to be kept in the warehouse from now on; undefined where there is none. */
export function formerFile(config: SourceConfig): string | undefined {
  const { file } = changesOf(config);
  return file !== undefined && existsSync(file) ? file : undefined;
}

/**
 * The file's snapshots, for a read that keeps them in the warehouse.
 *
 * @param fault why the file could not be attached to a warehouse that attaches files
 */
export const otherFile = (config: SourceConfig, warehouse: Warehouse, fault?: ConnectorError) => async () => {
  const { file, schema } = changesOf(config);
  if (fault !== undefined) throw fault;
  if (file === undefined) throw configError('changes.file does not name the file.');
  if (formerFile(config) === undefined) throw configError(`${file} (changes.file) does not exist.`);
  const apart = attachesFiles(config.warehouse) ? undefined : await openStore(file);
  return new Snapshots({ warehouse, store: 'file', schema, apart, isFormer: true });
};

/** The warehouse's snapshots, for a read that keeps them in a file: there they are only read. */
export const otherWarehouse = (config: SourceConfig, warehouse: Warehouse) => async () =>
  new Snapshots({ warehouse, store: 'warehouse', schema: changesOf(config).schema, isFormer: true });
