import { configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { Column, Dialect, Relation } from '../warehouse/warehouse.ts';

/** What of a list a name means: the exact one first, then the folded one, then one of another case. */
export function findByName<T extends { readonly name: string }>(
  name: string,
  items: readonly T[],
  dialect: Dialect,
): T | undefined {
  const folded = dialect.foldIdentifier(name);
  return (
    items.find((item) => item.name === name) ??
    items.find((item) => item.name === folded) ??
    items.find((item) => dialect.foldIdentifier(item.name) === folded)
  );
}

export interface RelationContext {
  readonly relations: readonly Relation[];
  readonly dialect: Dialect;
  readonly schema?: string;
}

export function requireRelation(name: string, context: RelationContext): Relation {
  const found = findByName(name, context.relations, context.dialect);
  if (found !== undefined) return found;
  const near = didYouMean(
    name,
    context.relations.map((relation) => relation.name),
  );
  throw configError(`There is no table or view "${name}" in ${schemaText(context)}.${near}`);
}

export function schemaText({ schema, relations }: RelationContext): string {
  const place = schema === undefined ? 'the warehouse' : `schema ${schema}`;
  return relations.length === 0 ? `${place}, which has no table that this login can see` : place;
}

/** A column that a parameter names; the error says which are near. */
export function requireColumn(parameter: string, name: string, relation: Relation, dialect: Dialect): Column {
  const found = findByName(name, relation.columns, dialect);
  if (found !== undefined) return found;
  const near = didYouMean(
    name,
    relation.columns.map((column) => column.name),
  );
  throw configError(`${parameter}: ${relation.name} has no column "${name}".${near}`);
}
