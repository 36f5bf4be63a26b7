import type { Stats } from 'node:fs';

/** Opening a named pipe would wait for its other end, and a device may never end. */
function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'a file';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** What stands where a file belongs, in words; undefined where it is a file. */
export function notFile(stats: Stats): string | undefined {
  return stats.isFile() ? undefined : `it is ${kindOf(stats)}, not a file`;
}

/** What stands where a folder belongs, in words; undefined where it is a folder. */
export function notFolder(stats: Stats): string | undefined {
  return stats.isDirectory() ? undefined : `it is ${kindOf(stats)}, not a folder`;
}
