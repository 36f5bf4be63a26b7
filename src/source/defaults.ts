import type { StreamName } from '../streams/contract.ts';
import type { Definition } from './config.ts';
import type { Dialect, Relation } from './warehouse/warehouse.ts';

/** The model that fills each stream, and the tables that it reads. */
const defaultModels: Readonly<
  Record<StreamName, { model: string; needs: Readonly<Record<string, readonly string[]>> }>
> = {
  persons: { model: 'customer_io_persons', needs: { nexus_entities: ['email'] } },
  objects: {
    model: 'customer_io_locations',
    needs: { nexus_entities: ['location_id'] },
  },
  relationships: {
    model: 'customer_io_location_relationships',
    needs: {
      nexus_entities: ['email', 'location_id'],
      nexus_relationships: [],
    },
  },
  events: {
    model: 'customer_io_events',
    needs: {
      nexus_entities: ['email'],
      nexus_events: [],
      nexus_entity_participants: [],
    },
  },
};

type Has = (relation: string, column?: string) => boolean;

function lookup(relations: readonly Relation[], dialect: Dialect): Has {
  const columns = new Map(
    relations.map((relation) => [
      dialect.foldIdentifier(relation.name),
      new Set(relation.columns.map((column) => dialect.foldIdentifier(column.name))),
    ]),
  );
  return (relation, column) => {
    const found = columns.get(dialect.foldIdentifier(relation));
    return found !== undefined && (column === undefined || found.has(dialect.foldIdentifier(column)));
  };
}

/** Persons are keyed by e-mail, as the specification's events and relationships know them. */
function personsDefinition(has: Has): Definition {
  return {
    from: 'identify',
    entity_type: 'person',
    user_id_column: 'email',
    dedupe_column: 'email',
    ignore_traits: [],
    rename_traits: {},
    filters: ['email IS NOT NULL'],
    ...(has('nexus_entities', 'segment_anonymous_id') ? { anonymous_id_column: 'segment_anonymous_id' } : {}),
  };
}

/**
 * What fills a stream when the config is silent: the table that dbt built under the model's name, else the
 * shipped model where its tables are there, else nothing.
 */
export function defaultDefinitions(
  stream: StreamName,
  relations: readonly Relation[],
  dialect: Dialect,
  userModels: readonly string[],
): readonly Definition[] {
  const { model, needs } = defaultModels[stream];
  const has = lookup(relations, dialect);
  if (userModels.includes(model)) return [{ from: 'model', name: model }];
  if (has(model)) return [{ from: 'relation', name: model }];
  const fillable = Object.entries(needs).every(
    ([relation, columns]) => has(relation) && columns.every((column) => has(relation, column)),
  );
  if (!fillable) return [];
  return stream === 'persons' ? [personsDefinition(has)] : [{ from: 'model', name: model }];
}
