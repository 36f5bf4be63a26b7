import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConnectorError, configError } from '../errors/connector-error.ts';
import { codeOf, fileFault } from '../errors/file-fault.ts';
import { notFile, notFolder } from './file-kind.ts';

/** A shell's `<(…)` is a pipe that a command is already writing to. */
const ofShell = /^\/dev\/fd\/\d+$/;

/**
 * The text of a file that a person named.
 *
 * @param setting the option or key that names it, for the error
 * @throws ConnectorError where there is none, or something else stands in its place
 */
export async function readNamedFile(setting: string, path: string): Promise<string> {
  try {
    const found = await stat(path);
    const stranger = found.isFIFO() && ofShell.test(path) ? undefined : notFile(found);
    if (stranger === undefined) return utf8Of(await readFile(path), setting, path);
    throw configError(`${setting}: cannot read ${path}: ${stranger}.`);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw configError(`${setting}: cannot read ${path}: ${readProblemOf(error)}.`, { cause: error });
  }
}

/** @throws ConnectorError where it is UTF-16, as some editors and shells of Windows write it */
function utf8Of(bytes: Buffer, setting: string, path: string): string {
  const isUtf16 = /^(?:fffe|feff|00..|..00)/.test(bytes.toString('hex', 0, 2));
  if (!isUtf16) return bytes.toString('utf8');
  throw configError(`${setting}: ${path} is written in UTF-16. Save it as UTF-8.`);
}

/** Refuses what stands where a file belongs and is none, before it is opened. What is not there passes. */
export async function requireFile(setting: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const problem = found && notFile(found);
  if (problem !== undefined) throw configError(`${setting}: ${path} cannot be used: ${problem}.`);
}

/** Refuses what stands where a folder belongs and is none. What is not there passes. */
export async function requireFolder(setting: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const problem = found && notFolder(found);
  if (problem !== undefined) throw configError(`${setting}: ${path} cannot be used: ${problem}.`);
}

/**
 * Refuses a folder in which this user may not write; one that is not there yet, by the folder that it will be made
 * in. Told at once rather than when the first file is written.
 */
export async function requireWritableFolder(setting: string, path: string): Promise<void> {
  await requireFolder(setting, path);
  let place = resolve(path);
  while (dirname(place) !== place && (await stat(place).catch(() => undefined)) === undefined)
    place = dirname(place);
  try {
    await access(place, constants.W_OK);
  } catch (error) {
    throw configError(`${setting}: nothing can be written to ${path}: ${fileFault(error)}.`, {
      cause: error,
    });
  }
}

function readProblemOf(error: unknown): string {
  return codeOf(error) === 'EACCES' ? 'this user may not read it' : fileFault(error);
}
