import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { configError } from '../../errors/connector-error.ts';
import type { TemplateGlobals } from '../jinja/jinja.ts';
import { type Macros, macrosByName, macrosOf } from '../jinja/macros.ts';
import { type DbtProject, projectConfig, readDbtProject } from './dbt-project.ts';
import { earlyConfig, isEnabled, type ModelConfig, mergeConfigs } from './model-config.ts';
import { type ProjectFile, readFiles } from './model-files.ts';
import { type ProjectContext, projectFunctions } from './project-functions.ts';
import { type Properties, readProperties } from './properties.ts';

/** One `.sql` file: its name without the ending is the model's name. */
export interface ModelFile {
  readonly name: string;
  /** The path as a person would name it in an error. */
  readonly path: string;
  readonly text: string;
  /** Set where a model of another package, such as the user's own project, has the same name. */
  readonly package?: string;
  /** Of a shipped model: its former texts whose cursor means the same, by edition. */
  readonly former?: ReadonlyMap<string, string>;
  /** What is known before the model is rendered. */
  readonly config: ModelConfig;
}

/** Model sources by name. The shipped ones stand in for what neither the user nor dbt has made. */
export interface ModelProject
  extends Pick<Properties, 'sources'>,
    Pick<ProjectContext, 'vars' | 'variables'> {
  readonly user: ReadonlyMap<string, ModelFile>;
  readonly shipped: ReadonlyMap<string, ModelFile>;
  /** The user's models that are switched off: no part of the project, but known when one is asked for. */
  readonly disabled: ReadonlyMap<string, ModelFile>;
  readonly macros: Macros;
  /** The dbt project's name, under which its macros may be called. */
  readonly name: string | undefined;
  /** The user's folder, for error texts. */
  readonly folder: string | undefined;
}

/** A model whose text stands in the config. */
export interface InlineModel {
  readonly name: string;
  readonly sql: string;
}

const fileOf = ({ name, sql }: InlineModel): ProjectFile => {
  const file = `${name}.sql`;
  return { path: `inline_models/${file}`, place: [file], text: sql };
};

export interface ProjectOptions {
  /** The user's models folder, read recursively; by default that of the dbt project. */
  readonly folder?: string | undefined;
  /** Models that the config itself holds, beside those of the folders. */
  readonly inline?: readonly InlineModel[] | undefined;
  /** The folder of a dbt_project.yml. */
  readonly projectDir?: string | undefined;
  /** The `models/` folder that comes with the connector; its subfolders are not part of it. */
  readonly shipped: string;
  /** Before those of the dbt project. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  readonly target: ProjectContext['target'];
  readonly variables?: ProjectContext['variables'];
}

/** @throws ConnectorError that names the folder or file that cannot be read, or is not what dbt takes. */
export async function loadProject(options: ProjectOptions): Promise<ModelProject> {
  const dbt = options.projectDir === undefined ? undefined : await readDbtProject(options.projectDir);
  // As in dbt, a project's folder that is not there holds no models.
  const folders = options.folder === undefined ? await existing(dbt?.modelFolders ?? []) : [options.folder];
  const vars = { ...dbt?.vars, ...options.vars };
  const { variables, target } = options;
  const globals = projectFunctions({ vars, target, variables }, () => undefined);
  const macroFolders = await existing(dbt?.macroFolders ?? folders.flatMap(usualMacroFolders));
  const files = [...(await filesOf(folders, ['.sql'], macroFolders)), ...(options.inline ?? []).map(fileOf)];
  const properties = readProperties(await filesOf(folders, ['.yml', '.yaml']));
  const models = files.map((file) => modelFile(file, { dbt, properties, globals }));
  const isOn = ({ config }: ModelFile) => isEnabled(config);
  const user = byName(models.filter(isOn));
  return {
    user,
    disabled: new Map(models.filter((model) => !isOn(model)).map((model) => [model.name, model])),
    shipped: besideOwn(byName(await shippedModels(options.shipped)), user),
    macros: await readMacros(macroFolders),
    sources: properties.sources,
    name: dbt?.name,
    folder: folders.length === 0 ? undefined : folders.join(', '),
    vars,
    variables,
  };
}

/** The shipped models, told apart from the user's own of the same name: `ref('nexus', 'x')` still means them. */
export function besideOwn(
  shipped: ReadonlyMap<string, ModelFile>,
  own: ReadonlyMap<string, ModelFile>,
): ReadonlyMap<string, ModelFile> {
  return new Map(
    [...shipped].map(([name, model]) => [name, own.has(name) ? { ...model, package: 'nexus' } : model]),
  );
}

/** dbt's name of what a model builds: its alias, else the model's own. */
export function relationName({ name, config }: ModelFile): string {
  return typeof config.alias === 'string' ? config.alias : name;
}

/** A folder that comes without its project may lie beside the macros, or hold them. */
function usualMacroFolders(folder: string): string[] {
  return [join(folder, 'macros'), join(dirname(resolve(folder)), 'macros')];
}

async function existing(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map((folder) =>
      stat(folder).then(
        (entry) => entry.isDirectory(),
        () => false,
      ),
    ),
  );
  return folders.filter((_, index) => found[index]);
}

async function filesOf(
  folders: readonly string[],
  endings: readonly string[],
  without: readonly string[] = [],
) {
  const skipped = without.map((folder) => `${resolve(folder)}/`);
  const files = await Promise.all(folders.map((folder) => readFiles(folder, { endings, recursive: true })));
  return files.flat().filter(({ path }) => !skipped.some((folder) => resolve(path).startsWith(folder)));
}

interface ConfigSources {
  readonly dbt: DbtProject | undefined;
  readonly properties: Properties;
  readonly globals: TemplateGlobals;
}

function modelFile({ path, place, text }: ProjectFile, sources: ConfigSources): ModelFile {
  const { dbt, properties, globals } = sources;
  const name = basename(path, '.sql');
  const config = mergeConfigs(
    dbt === undefined ? {} : projectConfig(dbt, [...place.slice(0, -1), name], globals),
    properties.configs.get(name) ?? {},
    earlyConfig(path, text, globals),
  );
  return { name, path, text, config };
}

async function shippedModels(folder: string): Promise<ModelFile[]> {
  const files = await readFiles(folder, { endings: ['.sql'], recursive: false, label: basename(folder) });
  const former = await formerTexts(folder);
  return files.map(({ path, text }) => {
    const name = basename(path, '.sql');
    const texts = former.get(name);
    return { name, path, text, config: {}, ...(texts === undefined ? {} : { former: texts }) };
  });
}

/** `former/<edition>/<model>.sql`: what states that were written with it go on from. */
async function formerTexts(folder: string): Promise<Map<string, Map<string, string>>> {
  const [former] = await existing([join(folder, 'former')]);
  const texts = new Map<string, Map<string, string>>();
  if (former === undefined) return texts;
  for (const { path, place, text } of await readFiles(former, { endings: ['.sql'], recursive: true })) {
    const name = basename(path, '.sql');
    texts.set(name, (texts.get(name) ?? new Map<string, string>()).set(place[0] ?? '', text));
  }
  return texts;
}

async function readMacros(folders: readonly string[]): Promise<Macros> {
  const files = await filesOf(folders, ['.sql']);
  return macrosByName(files.flatMap(({ path, text }) => macrosOf(path, text)));
}

function byName(files: readonly ModelFile[]): Map<string, ModelFile> {
  const models = new Map<string, ModelFile>();
  for (const file of files) {
    const other = models.get(file.name);
    if (other !== undefined) {
      throw configError(
        `Two models are named "${file.name}": ${other.path} and ${file.path}. Rename one of the files.`,
      );
    }
    models.set(file.name, file);
  }
  return models;
}
