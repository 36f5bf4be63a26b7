import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteString } from '../quote.ts';

/** Before anything is attached: a file of another kind must not bring its extension from the network. */
const withoutExtensions = [
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET allow_community_extensions = false',
  'SET allow_persistent_secrets = false',
];

export async function refuseExtensions(connection: DuckDBConnection): Promise<void> {
  for (const setting of withoutExtensions) await connection.run(setting);
}

/**
 * Closes the engine off, for good: SQL of models and of the warehouse's own views reaches these paths and what is
 * attached, no other file and no network, and changes no setting but the memory that a query may take.
 * https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
 */
export async function closeOff(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  const settings = [
    `SET allowed_paths = [${paths.map(quoteString).join(', ')}]`,
    'SET enable_external_access = false',
    `SET allowed_configs = ['memory_limit']`,
    'SET lock_configuration = true',
  ];
  for (const setting of settings) await connection.run(setting);
}
