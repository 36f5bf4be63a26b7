import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isReplayedFolder, replayedFolder } from './replayed-folder.ts';

/**
 * Puts files whose records are all settled out of the way: what was delivered is done, and what was rejected again has a
 * line in a newer file. They are kept, in a folder beside theirs; in theirs where none can be made beside.
 *
 * @returns the folder where they are, undefined where they stay
 */
export async function putAway(files: readonly string[]): Promise<string | undefined> {
  let place: string | undefined;
  for (const file of files) {
    const folder = dirname(file);
    if (isReplayedFolder(folder)) continue;
    place = await madeFor(folder);
    await rename(file, join(place, basename(file)));
  }
  return place;
}

async function madeFor(folder: string): Promise<string> {
  for (const place of [replayedFolder(folder), join(folder, 'replayed')]) {
    const made = await mkdir(place, { recursive: true, mode: 0o700 }).then(
      () => true,
      () => false,
    );
    if (made) return place;
  }
  return folder;
}

const dayMs = 86_400_000;

/**
 * Removes rejects files that are older than so many days, replayed ones too; nothing else that lies there.
 *
 * @returns how many were removed
 */
export async function removeOld(folder: string, days: number, now = Date.now()): Promise<number> {
  let removed = 0;
  for (const place of [folder, replayedFolder(folder), join(folder, 'replayed')]) {
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter((one) => /^rejects-.*\.ndjson$/.test(one))) {
      const path = join(place, name);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || now - found.mtimeMs < days * dayMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    // Only where it is empty now.
    if (place !== folder) await rmdir(place).catch(() => undefined);
  }
  return removed;
}
