import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { configError, messageOf } from '../../errors/connector-error.ts';
import { requireFile } from '../../files/named-file.ts';

/** A text file of a project. */
export interface ProjectFile {
  /** As a person would name it in an error. */
  readonly path: string;
  /** The folders below the one that was listed, then the file's name. */
  readonly place: readonly string[];
  readonly text: string;
}

export interface ListOptions {
  readonly endings: readonly string[];
  readonly recursive: boolean;
  /** What stands before the path below the folder in errors; by default the folder itself. */
  readonly label?: string;
}

/** The files of a folder, sorted, without hidden ones. @throws ConnectorError where the folder cannot be read. */
export async function readFiles(folder: string, options: ListOptions): Promise<ProjectFile[]> {
  const { endings, recursive, label = folder } = options;
  const entries = await readdir(folder, { withFileTypes: true, recursive }).catch((cause: unknown) => {
    throw configError(
      `The folder ${folder} cannot be read. Give the path of a folder that contains .sql files.`,
      { cause, internal: messageOf(cause) },
    );
  });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')))
    .sort();
  return Promise.all(paths.map((path) => readProjectFile(join(folder, path), join(label, path), path)));
}

async function readProjectFile(file: string, path: string, below: string): Promise<ProjectFile> {
  await requireFile('models', file);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw configError(`The file ${path} cannot be read.`, { cause, internal: messageOf(cause) });
  });
  // Editors on Windows write a byte order mark, which no database takes.
  return { path, place: below.split(sep), text: text.replace(/^\uFEFF/, '') };
}
