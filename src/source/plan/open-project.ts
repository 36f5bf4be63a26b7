import { fileURLToPath } from 'node:url';
import { ConnectorError } from '../../errors/connector-error.ts';
import { type CompileContext, compileModel } from '../../models/compile.ts';
import { loadProject, type ModelProject } from '../../models/project/project.ts';
import { packageRoot } from '../../package-root.ts';
import { schemaOf } from '../../warehouse/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { SourceConfig } from '../config.ts';

const shipped = fileURLToPath(new URL('models', packageRoot));

/** The models that a config names, its dbt project's, and those that come with the connector. */
export function openProject(config: SourceConfig): Promise<ModelProject> {
  return loadProject({
    shipped,
    folder: config.models,
    inline: config.inline_models,
    projectDir: config.project_dir,
    vars: config.vars,
    variables: { allowed: config.env_vars ?? [] },
    target: { type: config.warehouse.type, schema: schemaOf(config.warehouse) },
  });
}

/**
 * Adds the columns of the user's own model nexus_entities, where there is one: customer_io_identify makes its
 * traits of them, and only the warehouse knows them. Where they cannot be had, only who needs them fails.
 */
export async function withEntityColumns(
  context: CompileContext,
  { describe }: Pick<Warehouse, 'describe'>,
): Promise<CompileContext> {
  const model = context.project.user.get('nexus_entities');
  if (model === undefined || context.built?.has(model)) return context;
  try {
    const { sql } = compileModel({ from: 'model', name: model.name }, context);
    return { ...context, entityColumns: await describe(sql) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { ...context, entityColumns: error };
  }
}
