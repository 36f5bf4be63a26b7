import type { IdentifyModel } from '../../models/identify/identify.ts';
import { isSystem } from '../../models/identify/identify-columns.ts';
import { findByName } from '../../models/relation-lookup.ts';
import type { Column } from '../../warehouse/warehouse.ts';
import type { Finding } from '../finding.ts';

/** The columns of nexus_entities that do not become an attribute of their own name, each with the reason. */
export function sentAttributes(identify: IdentifyModel): Finding[] {
  const { relation } = identify;
  const details = relation.columns.flatMap((column) => {
    const why = whyNotSent(identify, column);
    return why === undefined ? [] : [{ column: column.name, why }];
  });
  if (details.length === 0) return [];
  const list = details.map(({ column, why }) => `${column} (${why})`).join(', ');
  return [
    {
      code: 'attributes_not_sent',
      severity: 'info',
      message: `Columns of ${relation.name} that are not attributes under their own names: ${list}.`,
      count: details.length,
      details,
    },
  ];
}

function whyNotSent(
  { columns, parameters, relation, dialect }: IdentifyModel,
  column: Column,
): string | undefined {
  const { userId, anonymousId, traits } = columns;
  if (column === userId) return 'it is the userId';
  if (column === anonymousId) return 'it is the anonymousId';
  const ignored = parameters.ignore_traits.find(
    (name) => findByName(name, relation.columns, dialect) === column,
  );
  if (ignored !== undefined) return 'ignored by ignore_traits';
  const trait = traits.find((each) => each.column === column);
  if (trait === undefined) return isSystem(column) ? 'a system column' : 'its name is taken';
  return trait.output.toLowerCase() === column.name.toLowerCase() ? undefined : `renamed to ${trait.output}`;
}
