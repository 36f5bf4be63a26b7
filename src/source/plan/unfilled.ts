import { configError } from '../../errors/connector-error.ts';
import { type StreamName, streamNames } from '../../streams/contract.ts';
import type { SourceConfig } from '../config.ts';
import { lacking } from './defaults.ts';
import { definitionsOf, knownRelations } from './definitions.ts';
import type { Plan, StreamPlan } from './plan.ts';

/** Why nothing fills a stream by default: the tables and columns that its shipped model would need. */
export const lackingFor = ({ context }: Plan, stream: StreamName): string[] =>
  lacking(stream, { relations: knownRelations(context), dialect: context.dialect });

/**
 * The streams that nothing fills although the config does not switch them off, each with the reason. A warehouse
 * without nexus_entities is not a nexus warehouse, so nothing is missing there.
 */
export function unfilled(plan: Plan, config: SourceConfig, filled: readonly StreamPlan[]): string[] {
  const has = new Set(filled.map(({ contract }) => contract.name));
  return streamNames
    .filter((stream) => !has.has(stream) && config[stream] === undefined)
    .map((stream) => ({ stream, needs: lackingFor(plan, stream) }))
    .filter(({ needs }) => !needs.includes('nexus_entities'))
    .map(
      ({ stream, needs }) =>
        `Nothing fills ${stream}: the warehouse lacks ${needs.join(', ')} for the shipped model.`,
    );
}

/** Which tables are read from the schema that `run` made, instead of the configured one. */
export function readElsewhere({ context }: Plan): string[] {
  const made = context.relations.filter(({ schema }) => schema !== undefined);
  const [first] = made;
  if (first === undefined) return [];
  return [
    `${made.map(({ name }) => name).join(', ')} are read from the schema ${first.schema}, where run has made them, not from ${context.schema}.`,
  ];
}

/** @throws ConnectorError where no stream has a model, as in a warehouse without tables. */
export function requireSomething(plan: Plan, config: SourceConfig): void {
  const isEmpty = streamNames.every((stream) => definitionsOf(plan, config, stream).length === 0);
  if (isEmpty) throw nothingToRead(plan);
}

/** The error of a warehouse in which nothing fills any stream. */
export function nothingToRead({ context }: Plan) {
  const names = context.relations.map((relation) => relation.name);
  const found = names.length === 0 ? 'It has no table at all.' : `It has ${names.slice(0, 20).join(', ')}.`;
  return configError(
    `Nothing to read: the warehouse has no nexus_entities with an email or location_id column, nor another table that a default model reads. ${found} Name your own models or tables in the config (persons, objects, relationships, events), or correct warehouse.schema.`,
  );
}
