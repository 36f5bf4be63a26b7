import { ConnectorError, configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { RenderedModel } from '../models/graph.ts';
import { isEnabled } from '../models/project/model-config.ts';
import type { ModelFile } from '../models/project/project.ts';
import type { RelationKind } from '../warehouse/dialect.ts';

/** dbt's own default is a view; a table that grows in dbt is built whole here. */
const kinds: Readonly<Record<string, RelationKind | 'ephemeral'>> = {
  view: 'view',
  table: 'table',
  incremental: 'table',
  ephemeral: 'ephemeral',
};

/**
 * What a model becomes; undefined where it is switched off.
 *
 * @throws ConnectorError for a materialisation that is not known, with the near ones.
 */
export function kindOf({ file, config }: RenderedModel): RelationKind | 'ephemeral' | undefined {
  if (!isEnabled(config)) return undefined;
  const materialized = String(config.materialized ?? 'view');
  const kind = Object.hasOwn(kinds, materialized) ? kinds[materialized] : undefined;
  if (kind !== undefined) return kind;
  const known = Object.keys(kinds);
  throw configError(
    `${file.path}: materialized='${materialized}' is unknown. It can be ${known.join(', ')}.${didYouMean(materialized, known)}`,
  );
}

/** A database speaks of SQL only: the file is what a person can mend. */
export async function placed(file: ModelFile, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.message.startsWith(file.path)) throw error;
    const { failureType, internal } = error;
    throw new ConnectorError(`${file.path}: ${error.message}`, {
      failureType,
      cause: error,
      ...(internal === undefined ? {} : { internal }),
    });
  }
}
