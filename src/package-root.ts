import { readFileSync } from 'node:fs';

/** The folder of package.json and models/, from the sources as well as from what is built of them in dist/. */
export const packageRoot = new URL('../', import.meta.url);

/** Of this program, as package.json has it. */
export function packageVersion(): string {
  const text = readFileSync(new URL('package.json', packageRoot), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}
