import type { StreamName } from '../streams/contract.ts';
import type { Definition } from './config.ts';
import type { ModelFile } from './models/project.ts';
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
 * The names that the specification gives to the models of each stream: `customer_io_<object>` for objects,
 * `customer_io_<object>_relationships` for their ties to people.
 */
const isNameOf: Readonly<Record<StreamName, (name: string) => boolean>> = {
  persons: (name) => name === 'customer_io_persons',
  events: (name) => name === 'customer_io_events',
  relationships: (name) => /^customer_io_.+_relationships$/.test(name),
  objects: (name) =>
    /^customer_io_.+$/.test(name) && !/^customer_io_(persons|events|.+_relationships)$/.test(name),
};

/** The quick start's name for persons, which is meant where there is no other. */
const quickStart = 'customer_io';

/** What the user or dbt has made for a stream; a model comes before the table that dbt built of it. */
function ownDefinitions(stream: StreamName, { relations, dialect, models }: Known): Definition[] {
  const isWanted = (name: string) => isNameOf[stream](name.toLowerCase());
  const isQuickStart = (name: string) => stream === 'persons' && name.toLowerCase() === quickStart;
  const found = (wanted: (name: string) => boolean): Definition[] => {
    const files = [...models.values()].filter(
      ({ name, text }) => wanted(name) && isKnown(stream, name, text),
    );
    const folded = new Set(files.map(({ name }) => dialect.foldIdentifier(name)));
    const tables = relations.filter(
      ({ name, columns }) =>
        wanted(name) &&
        !folded.has(dialect.foldIdentifier(name)) &&
        isKnown(stream, name, columns.map((column) => column.name).join(' ')),
    );
    return [
      ...files.map(({ name }) => ({ from: 'model', name }) as const),
      ...tables.map(({ name }) => ({ from: 'relation', name }) as const),
    ];
  };
  const named = found(isWanted);
  return named.length > 0 ? named : found(isQuickStart);
}

/** A step on the way to an object bears such a name too: what is no one's default must name the object's id. */
function isKnown(stream: StreamName, name: string, text: string): boolean {
  if (name.toLowerCase() === defaultModels[stream].model) return true;
  return stream === 'persons' || text.includes('groupId');
}

/** What the defaults are chosen from. */
export interface Known {
  readonly relations: readonly Relation[];
  readonly dialect: Dialect;
  readonly models: ReadonlyMap<string, Pick<ModelFile, 'name' | 'text'>>;
}

/**
 * What fills a stream when the config is silent: the models and tables of the names that the specification gives
 * them, else the shipped model where its tables are there, else nothing.
 */
export function defaultDefinitions(stream: StreamName, known: Known): readonly Definition[] {
  const own = ownDefinitions(stream, known);
  if (own.length > 0) return own;
  if (lacking(stream, known).length > 0) return [];
  return stream === 'persons'
    ? [personsDefinition(lookup(known.relations, known.dialect))]
    : [{ from: 'model', name: defaultModels[stream].model }];
}

/** What the shipped model of a stream reads and the warehouse does not have: `table`, or `table.column`. */
export function lacking(
  stream: StreamName,
  { relations, dialect }: Pick<Known, 'relations' | 'dialect'>,
): string[] {
  const has = lookup(relations, dialect);
  return Object.entries(defaultModels[stream].needs).flatMap(([relation, columns]) =>
    has(relation)
      ? columns.filter((column) => !has(relation, column)).map((column) => `${relation}.${column}`)
      : [relation],
  );
}
