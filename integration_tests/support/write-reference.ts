/** Writes the references in docs/ from the code: `npm run docs`. A test holds them to it. */
import { writeFile } from 'node:fs/promises';
import { references } from './reference/references.ts';

const root = new URL('../../', import.meta.url);

for (const [path, text] of Object.entries(references)) await writeFile(new URL(path, root), text());
