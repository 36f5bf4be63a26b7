import { didYouMean } from '../../errors/did-you-mean.ts';
import type { IdentifyModel } from '../../models/identify/identify.ts';
import { findByName } from '../../models/relation-lookup.ts';
import { relationSql } from '../../warehouse/warehouse.ts';
import type { ModelPlan, Plan } from './plan.ts';

/** A warehouse has two or three; a table with more is none of nexus. */
const mostTypes = 20;

/** What the user should be told of a model: what was found when it was compiled, and types that no row has. */
export async function notesOf(plan: Plan, model: ModelPlan): Promise<string[]> {
  return [...model.compiled.notes, ...(await unknownEntityTypes(plan, model))];
}

/**
 * Each entity_type that no row has: a model with it is empty, and no error shows it.
 * The warehouse is asked once a table and model. A nexus_entities that is a model of the user's is not asked.
 */
export async function unknownEntityTypes(plan: Plan, { compiled }: ModelPlan): Promise<string[]> {
  const byTable = Map.groupBy(compiled.identifies, ({ relation }) => relation.name);
  const notes: string[] = [];
  for (const [table, identifies] of byTable) {
    const [any] = identifies;
    if (any === undefined || findByName(table, plan.context.relations, any.dialect) === undefined) continue;
    const types = await entityTypes(plan, any);
    const wanted = new Set(identifies.map(({ parameters }) => parameters.entity_type));
    for (const type of wanted) if (!types.includes(type)) notes.push(noRow(table, type, types));
  }
  return notes;
}

async function entityTypes(
  { warehouse }: Plan,
  { relation, steps, dialect }: IdentifyModel,
): Promise<string[]> {
  const from = relationSql(relation, dialect);
  const alias = dialect.quoteIdentifier(dialect.foldIdentifier('nexus_entities'));
  const rows = await warehouse.rows(
    `SELECT DISTINCT ${steps.entityType} AS "type" FROM ${from} AS ${alias} WHERE ${steps.entityType} IS NOT NULL LIMIT ${mostTypes}`,
  );
  return rows.flatMap((row) => row.type ?? []).sort();
}

function noRow(table: string, type: string, types: readonly string[]): string {
  const found = types.length === 0 ? 'It has none at all.' : `It has ${types.join(', ')}.`;
  return `entity_type: no row of ${table} has the type "${type}".${didYouMean(type, types)} ${found}`;
}
