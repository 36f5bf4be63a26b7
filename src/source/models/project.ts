import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { configError, messageOf } from '../../protocol/connector-error.ts';

/** One `.sql` file: its name without the ending is the model's name. */
export interface ModelFile {
  readonly name: string;
  /** The path as a person would name it in an error. */
  readonly path: string;
  readonly text: string;
}

/** Model sources by name. The shipped ones stand in for what neither the user nor dbt has made. */
export interface ModelProject {
  readonly user: ReadonlyMap<string, ModelFile>;
  readonly shipped: ReadonlyMap<string, ModelFile>;
  /** The user's folder, for error texts. */
  readonly folder: string | undefined;
  readonly vars: Readonly<Record<string, unknown>>;
}

export interface ProjectOptions {
  /** The user's models folder, read recursively. */
  readonly folder?: string;
  /** The `models/` folder that comes with the connector; its subfolders are not part of it. */
  readonly shipped: string;
  readonly vars?: Record<string, unknown>;
}

export async function loadProject(options: ProjectOptions): Promise<ModelProject> {
  const { folder, shipped, vars } = options;
  return {
    user: folder === undefined ? new Map() : await readModels(folder, folder, true),
    shipped: await readModels(shipped, basename(shipped), false),
    folder,
    vars: vars ?? {},
  };
}

async function readModels(folder: string, label: string, recursive: boolean) {
  const paths = await listSql(folder, recursive);
  const files = await Promise.all(paths.map((path) => readModel(path, join(label, relative(folder, path)))));
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

async function listSql(folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch((cause: unknown) => {
    throw configError(
      `The models folder ${folder} cannot be read. Give the path of a folder that holds .sql files.`,
      { cause, internal: messageOf(cause) },
    );
  });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.sql'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => part.startsWith('.')),
    )
    .sort();
}

async function readModel(path: string, label: string): Promise<ModelFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw configError(`The model ${label} cannot be read.`, { cause, internal: messageOf(cause) });
  });
  // Editors on Windows write a byte order mark, which no database takes.
  return { name: basename(path, '.sql'), path: label, text: text.replace(/^\uFEFF/, '') };
}
