import { z } from 'zod';
import { configError } from '../../errors/connector-error.ts';
import { schemaIssue } from '../../errors/schema-issue.ts';
import { defaultPlaceholders } from '../placeholders.ts';

/** What a source of the project brings along. */
export interface SourceSettings {
  readonly name: string;
  readonly events: boolean;
  readonly entities: boolean;
  readonly relationships: boolean;
}

/** An entity type whose entities are registered by a model, not resolved from identifiers. */
export interface RegisteredType {
  readonly entityType: string;
  readonly model: string | undefined;
}

export interface NexusSettings {
  /** Undefined: every source whose tables are in the warehouse. */
  readonly sources: readonly SourceSettings[] | undefined;
  /** Undefined: every entity type that the identifiers name. */
  readonly resolvedTypes: readonly string[] | undefined;
  readonly registeredTypes: readonly RegisteredType[];
  /** Steps after which the search for connected identifiers stops, as the dbt package does. Undefined: never. */
  readonly maxRecursion: number | undefined;
  readonly internalEmails: readonly string[];
  /** Identifier values that identify no one, beside blank ones. */
  readonly placeholders: readonly string[];
  /** An identifier that is tied to more others than this is told. */
  readonly sharedThreshold: number;
}

/** The dbt package's own threshold for an edge that is an error (edge_quality); it is off there by default. */
const defaultSharedThreshold = 20;

const flag = z.unknown().transform(isTruthy).default(false);
const sourceFlags = z.looseObject({ enabled: flag, events: flag, entities: flag, relationships: flag });
const typeSettings = z
  .looseObject({ entity_resolution: z.boolean().default(true), registration_model: z.string().nullish() })
  .nullish();
const entityTypes = z.union([z.array(z.string()), z.record(z.string(), typeSettings)]);
/** YAML reads `null`, `0` and `no` in a list as something else than text. */
const words = z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String));
const steps = z.number().int().min(1).nullish();

const nexusVars = z.looseObject({
  nexus: z
    .looseObject({
      sources: z.record(z.string(), sourceFlags.nullish()).nullish(),
      entity_types: entityTypes.nullish(),
      max_recursion: steps,
      internal_emails: z.array(z.string()).nullish(),
      placeholder_identifiers: words.nullish(),
      shared_identifier_threshold: steps,
      edge_quality: z.looseObject({ critical_autofilter: flag, error_autofilter: flag }).nullish(),
    })
    .nullish(),
  sources: z.array(sourceFlags.extend({ name: z.string() })).nullish(),
  nexus_entity_types: entityTypes.nullish(),
  nexus_max_recursion: steps,
});

type NexusVars = z.infer<typeof nexusVars>;

/** Truth as Jinja sees it, since the package asks `if source.get('events')`. */
function isTruthy(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * Reads the vars of a dbt project, today's spelling and the older one.
 *
 * @throws ConnectorError that names the variable.
 */
export function nexusSettings(vars: Readonly<Record<string, unknown>>): NexusSettings {
  const parsed = nexusVars.safeParse(vars);
  if (!parsed.success) {
    const { place, what } = schemaIssue(parsed.error, vars, ['vars']);
    throw configError(`${place}: ${what}.`);
  }
  const { data } = parsed;
  refuseEdgeFilter(data);
  return {
    sources: sourcesOf(data),
    ...typesOf(data.nexus?.entity_types ?? data.nexus_entity_types ?? undefined),
    maxRecursion: data.nexus?.max_recursion ?? data.nexus_max_recursion ?? undefined,
    internalEmails: data.nexus?.internal_emails ?? [],
    placeholders: data.nexus?.placeholder_identifiers ?? defaultPlaceholders,
    sharedThreshold: data.nexus?.shared_identifier_threshold ?? defaultSharedThreshold,
  };
}

/** Without the filter that the user relies on, people who share an office phone would become one person. */
function refuseEdgeFilter({ nexus }: NexusVars): void {
  const quality = nexus?.edge_quality;
  if (quality?.critical_autofilter || quality?.error_autofilter) {
    throw configError(
      'vars.nexus.edge_quality: run does not filter edges. Leave shared identifiers out of the entity_identifiers models, or let dbt build the nexus tables.',
    );
  }
}

function sourcesOf({ nexus, sources }: NexusVars): SourceSettings[] | undefined {
  if (nexus?.sources != null) {
    return Object.entries(nexus.sources).flatMap(([name, flags]) =>
      flags?.enabled ? [sourceSettings(name, flags)] : [],
    );
  }
  return sources?.map((flags) => sourceSettings(flags.name, flags));
}

function sourceSettings(name: string, flags: Omit<SourceSettings, 'name'>): SourceSettings {
  const { events, entities, relationships } = flags;
  return { name, events, entities, relationships };
}

function typesOf(
  types: z.infer<typeof entityTypes> | undefined,
): Pick<NexusSettings, 'resolvedTypes' | 'registeredTypes'> {
  if (types === undefined) return { resolvedTypes: undefined, registeredTypes: [] };
  if (Array.isArray(types)) return { resolvedTypes: types, registeredTypes: [] };
  const entries = Object.entries(types);
  const isResolved = ([, settings]: (typeof entries)[number]): boolean => settings?.entity_resolution ?? true;
  return {
    resolvedTypes: entries.filter(isResolved).map(([entityType]) => entityType),
    registeredTypes: entries
      .filter((entry) => !isResolved(entry))
      .map(([entityType, settings]) => ({ entityType, model: settings?.registration_model ?? undefined })),
  };
}
