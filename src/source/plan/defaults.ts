import type { ModelFile } from '../../models/project/project.ts';
import { type StreamName, streamContracts } from '../../streams/contract.ts';
import type { Dialect, Relation } from '../../warehouse/warehouse.ts';
import type { Definition } from '../config.ts';

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

/** Persons are keyed by email, as the specification's events and relationships know them. */
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

/** dbt's own names for what it builds aside (`x__dbt_tmp`, …) and leaves behind when a run dies, and those of `run`. */
const isLeftover = (name: string): boolean => /__dbt_|__nexus_new$/i.test(name);

/** What the user or dbt has made for a stream; a model comes before the table that dbt built of it. */
function ownDefinitions(stream: StreamName, known: Known): Definition[] {
  const { dialect, models } = known;
  const isQuickStart = (name: string) => stream === 'persons' && name.toLowerCase() === quickStart;
  const found = (wanted: (name: string) => boolean): Definition[] => {
    const files = [...models.values()].filter(
      ({ name, text }) => wanted(name) && !isLeftover(name) && isKnown(stream, name, text),
    );
    const folded = new Set(files.map(({ name }) => dialect.foldIdentifier(name)));
    const tables = known.relations.filter(
      (relation) =>
        wanted(relation.name) &&
        !folded.has(dialect.foldIdentifier(relation.name)) &&
        misfit(stream, relation) === undefined,
    );
    return [
      ...files.map(({ name }) => ({ from: 'model', name }) as const),
      ...tables.map(({ name }) => ({ from: 'relation', name }) as const),
    ];
  };
  const named = found((name) => isNameOf[stream](name.toLowerCase()));
  return named.length > 0 ? named : found(isQuickStart);
}

/** A step on the way to an object bears such a name too: what is no one's default must name the object's id. */
function isKnown(stream: StreamName, name: string, text: string): boolean {
  if (name.toLowerCase() === defaultModels[stream].model) return true;
  return stream === 'persons' || text.includes('groupId');
}

/**
 * Why a table with the name of a stream's model does not fill it. The specification's own names are always
 * meant: what such a table lacks is an error of its stream, or another model would be sent in its place.
 */
function misfit(stream: StreamName, { name, columns }: Relation): string | undefined {
  if (isLeftover(name)) return 'it has a name that dbt or run gives to leftover tables';
  if (name.toLowerCase() === defaultModels[stream].model || name.toLowerCase() === quickStart)
    return undefined;
  const has = new Set(columns.map((column) => column.name));
  const missing = streamContracts[stream].required.filter((column) => !has.has(column));
  if (missing.length > 0) return `it has no column ${missing.map((column) => `"${column}"`).join(', ')}`;
  const foreign =
    stream === 'objects' ? ['userId', 'relationshipAttributes'].find((each) => has.has(each)) : undefined;
  return foreign && `it has a column "${foreign}", which relationships have`;
}

/** The tables that bear the name of a stream's model and do not fill it, each with the reason. */
export function passedOver(stream: StreamName, { relations, dialect, models }: Known): string[] {
  const files = new Set([...models.keys()].map((name) => dialect.foldIdentifier(name)));
  return relations
    .filter(({ name }) => isNameOf[stream](name.toLowerCase()) && !files.has(dialect.foldIdentifier(name)))
    .flatMap((relation) => {
      const reason = misfit(stream, relation);
      return reason === undefined
        ? []
        : `The table ${relation.name} is not read: ${reason}. If you want it, name it in the config: ${stream}: [{from: relation, name: ${relation.name}}].`;
    });
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
