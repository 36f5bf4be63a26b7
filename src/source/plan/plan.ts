import type { CompileContext, CompiledModel } from '../../models/compile.ts';
import type { StreamContract } from '../../streams/contract.ts';
import type { OnBadValue } from '../../warehouse/dialect.ts';
import { identityOf, type WarehouseIdentity } from '../../warehouse/identity.ts';
import { schemaOf } from '../../warehouse/open.ts';
import type { Column, Warehouse } from '../../warehouse/warehouse.ts';
import type { SourceConfig } from '../config.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import { openProject, withEntityColumns } from './open-project.ts';
import { type NoSnapshots, openWithSnapshots } from './open-snapshots.ts';

/** One model of a stream, compiled and described. */
export interface ModelPlan {
  /** Unique in its stream; the model's cursor is kept under it. */
  readonly label: string;
  readonly compiled: CompiledModel;
  readonly columns: readonly Column[];
  /** What is to become of a value that cannot be sent. */
  readonly onBad?: OnBadValue;
  /** The columns that the configured catalog asks for beside those that a record cannot be without; all by default. */
  readonly selected?: ReadonlySet<string> | undefined;
}

export interface StreamPlan {
  readonly contract: StreamContract;
  readonly models: readonly ModelPlan[];
}

/** An open warehouse and everything that can be read from it. */
export interface Plan {
  readonly warehouse: Warehouse;
  readonly identity: WarehouseIdentity;
  /** Shared by all streams, so that a model that several refer to is rendered once. */
  readonly context: CompileContext;
  /** The snapshots of what was sent, or why none can be kept. */
  readonly snapshots: Snapshots | NoSnapshots;
  /** The columns of a query: the same text is described once. */
  readonly describe: (sql: string) => Promise<readonly Column[]>;
}

/** Opens the warehouse and loads the models; the caller closes the warehouse. */
export async function openPlan(config: SourceConfig, isToRead = true): Promise<Plan> {
  const project = await openProject(config);
  const { warehouse, snapshots } = await openWithSnapshots(config, isToRead);
  try {
    const { dialect } = warehouse;
    const context = {
      project,
      relations: await warehouse.relations(),
      dialect,
      schema: schemaOf(config.warehouse),
      namesEntities: 'registry' in snapshots,
    };
    const identity = identityOf(config.warehouse);
    const describe = describeOnce(warehouse);
    return {
      warehouse,
      identity,
      snapshots,
      context: await withEntityColumns(context, { describe }),
      describe,
    };
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

function describeOnce(warehouse: Warehouse): Plan['describe'] {
  const known = new Map<string, readonly Column[]>();
  return async (sql) => {
    const columns = known.get(sql) ?? (await warehouse.describe(sql));
    known.set(sql, columns);
    return columns;
  };
}
