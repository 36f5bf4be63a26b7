import type { Workbench } from '../workbench.ts';

/** The SQL of `nexus.create_nexus_id`: a type's prefix and the hash of columns given as SQL. */
export type CreateId = (type: string, columns: readonly string[]) => string;

/** The prefix depends on the type, which is a value of the row here and not known when the SQL is written. */
export function entityIds(
  types: readonly string[],
  { text, warehouse }: Workbench,
  createId: CreateId,
  typeSql: string,
  columns: readonly string[],
): string {
  if (types.length === 0) return warehouse.dialect.text.cast('NULL');
  const cases = types.map((type) => `WHEN ${text(type)} THEN ${createId(type, columns)}`);
  return `CASE ${typeSql} ${cases.join(' ')} END`;
}
