import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What one takes in at a glance; beyond it, a folder has two subjects. */
const mostFiles = 16;

function crowded(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const below = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  return [
    ...(files.length > mostFiles ? [`${relative(root, folder)} has ${files.length} files`] : []),
    ...below.flatMap(({ name }) => crowded(join(folder, name))),
  ];
}

it.each(['src', 'integration_tests'])('no folder of %s holds more files than one can take in', (folder) => {
  expect(crowded(join(root, folder))).toEqual([]);
});
