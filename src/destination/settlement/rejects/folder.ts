import { join } from 'node:path';
import { fileFault } from '../../../errors/file-fault.ts';
import { LastingFile } from './lasting-file.ts';
import type { RejectsPlace } from './written-rejects.ts';

/** The name of one run's rejects, without its ending: those of a folder sort by time. */
export const runName = (now: Date = new Date()): string =>
  `rejects-${now.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`;

/** One file a run. */
export function folderPlace(folder: string): RejectsPlace {
  const name = join(folder, `${runName()}.ndjson`);
  const file = new LastingFile(name);
  return {
    name,
    setting: 'rejects',
    isCheap: true,
    append: (text) => file.append(text),
    restore: () => file.restore(),
    faultOf: fileFault,
    mayPass: () => false,
    close: () => file.close(),
  };
}
