import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { configError, messageOf } from '../../errors/connector-error.ts';
import { misfit } from '../../errors/schema-issue.ts';
import { requireFile } from '../../files/named-file.ts';
import { renderTemplate, type TemplateGlobals } from '../jinja/jinja.ts';
import { parseDbtYaml } from './dbt-yaml.ts';
import { type ModelConfig, mergeConfigs } from './model-config.ts';

const mapping = z.record(z.string(), z.unknown());

const projectFile = z.looseObject({
  name: z.string().optional(),
  'model-paths': z.array(z.string()).default(['models']),
  'macro-paths': z.array(z.string()).default(['macros']),
  vars: mapping.nullish(),
  models: mapping.nullish(),
});

/** What a dbt_project.yml says that matters to a reader: https://docs.getdbt.com/reference/dbt_project.yml */
export interface DbtProject {
  /** A file that holds vars alone, as the specification's example does, has none. */
  readonly name: string | undefined;
  readonly modelFolders: readonly string[];
  readonly macroFolders: readonly string[];
  /** As the project's own models see them: those of all packages, then those of the project by its name. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** The tree under `models:`. */
  readonly models: Readonly<Record<string, unknown>>;
}

/** @throws ConnectorError where there is no readable dbt_project.yml in the folder. */
export async function readDbtProject(folder: string): Promise<DbtProject> {
  const path = join(folder, 'dbt_project.yml');
  await requireFile('project_dir', path);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw configError(
      `The dbt project ${folder} has no dbt_project.yml that can be read. Name the folder that contains it.`,
      { cause, internal: messageOf(cause) },
    );
  });
  const file = parseDbtYaml(text, path);
  const parsed = projectFile.safeParse(file);
  if (!parsed.success) throw configError(misfit(path, parsed.error, file));
  const { name, vars, models, ...paths } = parsed.data;
  const own = mapping.safeParse(name === undefined ? undefined : vars?.[name]);
  return {
    name,
    modelFolders: paths['model-paths'].map((part) => join(folder, part)),
    macroFolders: paths['macro-paths'].map((part) => join(folder, part)),
    vars: { ...vars, ...own.data },
    models: models ?? {},
  };
}

/** Settings that may stand without the `+` that tells them from folders. */
const SETTINGS = ['enabled', 'materialized', 'alias', 'tags'];

/**
 * The settings that dbt_project.yml has for a model, the nearest folder's last.
 *
 * @param place the folders below the models folder, then the model's name
 */
export function projectConfig(
  { name, models }: Pick<DbtProject, 'name' | 'models'>,
  place: readonly string[],
  globals: TemplateGlobals,
): ModelConfig {
  const levels: Record<string, unknown>[] = [models];
  for (const part of name === undefined ? [] : [name, ...place]) {
    const next = mapping.safeParse(levels.at(-1)?.[part]);
    if (!next.success) break;
    levels.push(next.data);
  }
  return mergeConfigs(...levels.map((level) => settingsOf(level, globals)));
}

function settingsOf(level: Readonly<Record<string, unknown>>, globals: TemplateGlobals): ModelConfig {
  const settings = Object.entries(level).flatMap(([key, value]) => {
    if (key.startsWith('+')) return [[key.slice(1), renderedValue(value, globals)]];
    return SETTINGS.includes(key) && !mapping.safeParse(value).success
      ? [[key, renderedValue(value, globals)]]
      : [];
  });
  return Object.fromEntries(settings);
}

/** Settings are templates too: `+enabled: "{{ target.type == 'snowflake' }}"`. */
function renderedValue(value: unknown, globals: TemplateGlobals): unknown {
  if (typeof value !== 'string' || !value.includes('{{')) return value;
  const text = renderTemplate({ path: 'dbt_project.yml', text: value }, globals).trim();
  return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
}
