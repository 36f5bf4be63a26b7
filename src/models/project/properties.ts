import { z } from 'zod';
import { configError } from '../../errors/connector-error.ts';
import { misfit } from '../../errors/schema-issue.ts';
import { parseDbtYaml } from './dbt-yaml.ts';
import type { ModelConfig } from './model-config.ts';

const config = z.record(z.string(), z.unknown()).nullish();

const sourceTable = z.looseObject({ name: z.string(), identifier: z.string().nullish() });

const propertiesFile = z
  .looseObject({
    models: z.array(z.looseObject({ name: z.string(), config })).nullish(),
    sources: z
      .array(
        z.looseObject({
          name: z.string(),
          database: z.string().nullish(),
          schema: z.string().nullish(),
          tables: z.array(sourceTable).nullish(),
        }),
      )
      .nullish(),
  })
  .nullish();

/** Where the table of a `source('name', 'table')` is: https://docs.getdbt.com/reference/source-properties */
export interface SourceTable {
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly identifier: string;
}

/** What the properties files (`schema.yml`, `sources.yml`, …) of a models folder say. */
export interface Properties {
  readonly configs: ReadonlyMap<string, ModelConfig>;
  /** By `sourceKey`. */
  readonly sources: ReadonlyMap<string, SourceTable>;
}

export function sourceKey(source: string, table: string): string {
  return JSON.stringify([source, table]);
}

/** @throws ConnectorError that names a file which is not YAML, or not what dbt takes. */
export function readProperties(files: readonly { path: string; text: string }[]): Properties {
  const parsed = files.map(({ path, text }) => parseProperties(path, text));
  return {
    configs: new Map(
      parsed.flatMap(({ models }) => (models ?? []).map((model) => [model.name, model.config ?? {}])),
    ),
    sources: new Map(parsed.flatMap(({ sources }) => (sources ?? []).flatMap(tablesOf))),
  };
}

type PropertiesFile = NonNullable<z.infer<typeof propertiesFile>>;

function parseProperties(path: string, text: string): PropertiesFile {
  const file = parseDbtYaml(text, path);
  const parsed = propertiesFile.safeParse(file);
  if (parsed.success) return parsed.data ?? {};
  throw configError(misfit(path, parsed.error, file));
}

/** A place that is a template is known to dbt only; the table is then looked for where the models are read. */
function tablesOf(source: NonNullable<PropertiesFile['sources']>[number]): [string, SourceTable][] {
  const { database, schema } = source;
  return (source.tables ?? []).map((table) => [
    sourceKey(source.name, table.name),
    {
      database: literal(database),
      schema: literal(schema),
      identifier: literal(table.identifier) ?? table.name,
    },
  ]);
}

function literal(text: string | null | undefined): string | undefined {
  return text == null || text.includes('{{') ? undefined : text;
}
