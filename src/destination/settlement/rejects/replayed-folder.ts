import { basename } from 'node:path';

const ending = 'replayed';

/** Where the files of a rejects folder go once they are replayed. */
export const replayedFolder = (folder: string): string => `${folder.replace(/\/+$/, '')}-${ending}`;

export const isReplayedFolder = (folder: string): boolean =>
  basename(folder) === ending || folder.endsWith(`-${ending}`);
