import { ConnectorError } from '../errors/connector-error.ts';
import {
  type Doubtful,
  largeEdges,
  refusedIdentifiers,
  sharedIdentifiers,
} from '../nexus/doubtful-identifiers.ts';
import { nexusSettings } from '../nexus/inputs/settings.ts';
import { findSources } from '../nexus/inputs/sources.ts';
import { hasSources } from '../nexus/resolve.ts';
import { usableIdentifiers } from '../nexus/tables/identities.ts';
import { workbench } from '../nexus/workbench.ts';
import type { Plan } from '../source/plan/plan.ts';
import { counted, type Finding } from './finding.ts';

/**
 * What the sources' identifiers do to the people that identity resolution makes of them: values that identify no
 * one, and values that make one person of many. Nothing where the warehouse has no `{source}_entity_identifiers`.
 */
export async function examineIdentifiers({ warehouse, context }: Plan): Promise<Finding[]> {
  try {
    const settings = nexusSettings(context.project.vars);
    if (!hasSources(settings, context.relations)) return [];
    const tables = findSources(settings, context.relations);
    const from = `(${usableIdentifiers(settings, tables, workbench(warehouse))})`;
    const { sharedThreshold } = settings;
    return [
      ...placeholders(await refusedIdentifiers(warehouse, from)),
      ...shared('identifier', await sharedIdentifiers(warehouse, from, sharedThreshold), sharedThreshold),
      ...shared('edge_id', await largeEdges(warehouse, from, sharedThreshold), sharedThreshold),
    ];
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return [
      {
        code: 'remark',
        severity: 'warning',
        message: `The sources' identifiers were not examined: ${error.message}`,
      },
    ];
  }
}

const examplesOf = ({ values }: Doubtful, unit: string) =>
  values.map(({ type, value, count }) => ({ identifier_type: type, identifier_value: value, [unit]: count }));

function placeholders(found: Doubtful): Finding[] {
  if (found.total === 0) return [];
  return [
    {
      code: 'identifier_placeholder',
      severity: 'warning',
      column: 'identifier_value',
      message: `identifier_value is blank or a placeholder: ${counted(found.total, 'row')} of the sources' identifiers. In the tables that run builds, they join nobody. The dbt package would join all that share such a value into one entity.`,
      mend: 'Leave them out of the entity_identifiers models. The list is vars.nexus.placeholder_identifiers.',
      count: found.total,
      examples: examplesOf(found, 'rows'),
    },
  ];
}

function shared(what: 'identifier' | 'edge_id', found: Doubtful, threshold: number): Finding[] {
  if (found.total === 0) return [];
  const tie = found.total === 1 ? 'ties' : 'tie';
  return [
    {
      code: 'identifier_shared',
      severity: 'warning',
      column: what === 'identifier' ? 'identifier_value' : 'edge_id',
      message: `${counted(found.total, what)} ${tie} more than ${threshold} other identifiers together: all of them become one entity.`,
      mend: 'Check whether it is one person. A shared phone or a test address does not belong in the entity_identifiers models. The threshold is vars.nexus.shared_identifier_threshold.',
      count: found.total,
      examples: examplesOf(found, 'others'),
    },
  ];
}
