import { ConnectorError } from '../../errors/connector-error.ts';
import type { CompileContext } from '../../models/compile.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { Relation } from '../../warehouse/warehouse.ts';
import type { Definition, SourceConfig } from '../config.ts';
import { defaultDefinitions, passedOver } from './defaults.ts';
import type { Plan } from './plan.ts';

/** A definition with its label, unique in its stream. */
export interface NamedDefinition {
  readonly label: string;
  readonly definition: Definition;
}

const nameOf = (definition: Definition): string =>
  definition.from === 'model' || definition.from === 'relation' ? definition.name : definition.from;

function uniqueLabels(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/** What fills a stream: the config's definitions, otherwise the defaults. */
export function definitionsOf(plan: Plan, config: SourceConfig, stream: StreamName): NamedDefinition[] {
  const definitions = config[stream] ?? defaultDefinitions(stream, knownHere(plan));
  const labels = uniqueLabels(definitions.map(nameOf));
  return definitions.map((definition, index) => ({
    label: labels[index] ?? nameOf(definition),
    definition,
  }));
}

/** Tables that have the name of a default model and are still not read, each with the reason. */
export const notTaken = (plan: Plan, config: SourceConfig, stream: StreamName): string[] =>
  config[stream] === undefined ? passedOver(stream, knownHere(plan)) : [];

const knownHere = ({ context }: Plan) => ({
  relations: knownRelations(context),
  dialect: context.dialect,
  models: context.project.user,
});

/** The user's own model nexus_entities replaces the table, here as for every model. */
export function knownRelations({ relations, entityColumns }: CompileContext): readonly Relation[] {
  if (entityColumns === undefined || entityColumns instanceof ConnectorError) return relations;
  return [...relations, { name: 'nexus_entities', columns: entityColumns }];
}
