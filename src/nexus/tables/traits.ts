import type { Registration } from '../inputs/registered.ts';
import { type SourceTables, unionOf } from '../inputs/sources.ts';
import type { Workbench } from '../workbench.ts';

/** A column of nexus_entities that a trait fills. */
export interface TraitColumn {
  /** The trait's name as the column's name: lower case, spaces as underscores. */
  readonly trait: string;
  /** The column, which differs where nexus itself has a column of that name. */
  readonly column: string;
}

/** Columns that nexus_entities has whatever the traits. */
const systemColumns = new Set([
  'entity_id',
  'entity_type',
  'traits_entity_id',
  '_processed_at',
  '_updated_at',
  '_created_at',
  '_last_merged_at',
  'last_interaction_at',
  'first_interaction_at',
]);

const LATEST_FIRST = 'occurred_at DESC NULLS LAST, _ingested_at DESC NULLS LAST, trait_value NULLS LAST';

/**
 * Makes `nexus_work_traits`: the latest value of each trait of each entity. A dated value goes before an
 * undated one; of several at one instant the one ingested last is taken, then the first in order.
 */
export async function latestTraits(
  tables: SourceTables,
  internalEmails: readonly string[],
  bench: Workbench,
): Promise<void> {
  await bench.make(
    'nexus_work_traits',
    `WITH given AS (${unionOf('traits', tables, bench)}),
named AS (
  SELECT i.entity, lower(replace(t.trait_name, ' ', '_')) AS trait, t.trait_value, t.occurred_at, t._ingested_at
  FROM given t
  JOIN nexus_work_nodes n ON n.identifier_value = t.identifier_value
    AND n.identifier_type = t.identifier_type AND n.entity_type = t.entity_type
  JOIN nexus_work_identities i ON i.node = n.node
  WHERE trim(t.trait_name) <> ''
  ${internalUsers(internalEmails, bench)}
)
SELECT entity, trait, trait_value, occurred_at FROM named
${bench.warehouse.dialect.query.firstPerKey('entity, trait', LATEST_FIRST)}`,
  );
}

function internalUsers(emails: readonly string[], bench: Workbench): string {
  if (emails.length === 0) return '';
  return `UNION ALL
  SELECT i.entity, 'is_internal_user', 'true', o.occurred_at, NULL
  FROM nexus_work_occurrences o
  JOIN nexus_work_nodes n ON n.node = o.node
  JOIN nexus_work_identities i ON i.node = o.node
  WHERE n.entity_type = 'person' AND n.identifier_type = 'email'
    AND n.identifier_value IN (${emails.map(bench.text).join(', ')})`;
}

/** The trait columns in the order of their frequency, as the package has them. */
export async function traitColumns(bench: Workbench): Promise<TraitColumn[]> {
  const rows = await bench.warehouse.rows(
    'SELECT trait FROM (SELECT trait, count(*) AS n FROM nexus_work_traits GROUP BY trait) AS counted ORDER BY n DESC, trait',
  );
  const traits = rows.flatMap((row) => Object.values(row)).filter((trait) => trait !== null);
  return traits.map((trait) => ({ trait, column: systemColumns.has(trait) ? `trait_${trait}` : trait }));
}

/** One row an entity, one column a trait. */
export function pivoted(columns: readonly TraitColumn[], bench: Workbench): string {
  const values = columns.map(
    ({ trait, column }) =>
      `max(CASE WHEN trait = ${bench.text(trait)} THEN trait_value END) AS ${bench.name(column)}`,
  );
  return `SELECT ${['entity', ...values].join(',\n    ')}
  FROM nexus_work_traits GROUP BY entity`;
}

/** What nexus_entities selects: traits first, then the registered columns that no trait is named like. */
export function selectedTraits(
  columns: readonly TraitColumn[],
  registrations: readonly Registration[],
  bench: Workbench,
): string[] {
  const fromTraits = columns.map(({ column }) => {
    const also = registrations.flatMap((registration, index) =>
      columnsNamed(registration, column).map((sql) =>
        bench.warehouse.dialect.text.cast(`r${index}.${sql(bench)}`),
      ),
    );
    const name = bench.name(column);
    return `${also.length === 0 ? `t.${name}` : `coalesce(${[...also, `t.${name}`].join(', ')})`} AS ${name}`;
  });
  return [
    ...fromTraits,
    'CASE WHEN t.entity IS NOT NULL THEN e.entity_id END AS traits_entity_id',
    ...registeredOnly(columns, registrations, bench),
  ];
}

function columnsNamed({ traits }: Registration, column: string): ((bench: Workbench) => string)[] {
  return traits
    .filter((trait) => trait.name.toLowerCase() === column)
    .map(
      (trait) =>
        ({ warehouse }) =>
          warehouse.dialect.quoteIdentifier(trait.name),
    );
}

function registeredOnly(
  columns: readonly TraitColumn[],
  registrations: readonly Registration[],
  bench: Workbench,
): string[] {
  const taken = new Set([...systemColumns, ...columns.map(({ column }) => column)]);
  const names = registrations.flatMap(({ traits }) => traits.map((trait) => trait.name.toLowerCase()));
  return [...new Set(names)]
    .filter((name) => !taken.has(name))
    .map((name) => {
      const values = registrations.flatMap((registration, index) =>
        columnsNamed(registration, name).map((sql) => `r${index}.${sql(bench)}`),
      );
      return `${values.length === 1 ? values[0] : `coalesce(${values.join(', ')})`} AS ${bench.name(name)}`;
    });
}
