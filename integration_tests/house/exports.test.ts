import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceFiles, src } from './imports.ts';

/** `export function x`, `export const y`: what runs. A type may be exported for the signature that it stands in. */
const exported = /^export (?:abstract )?(?:async )?(?:function\*?|const|let|class) (\w+)/gm;
const named = /(?:import|export)\s+\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"]/g;
const dynamic = /import\(\s*['"](\.[^'"]+)['"]\s*\)/g;

const exportsOf = (text: string): string[] => [...text.matchAll(exported)].map(([, name = '']) => name);

/** What a file takes from others, as `file#name`; of one that it loads as it runs, each word may be a name. */
function takenBy(file: string, text: string): string[] {
  const place = (target: string): string => join(dirname(file), target);
  const names = [...text.matchAll(named)].flatMap(([, list = '', target = '']) =>
    list.split(',').map(
      (entry) =>
        `${place(target)}#${
          entry
            .trim()
            .replace(/^type /, '')
            .split(' as ')[0]
        }`,
    ),
  );
  const loaded = [...text.matchAll(dynamic)].map(([, target = '']) => place(target));
  const words = loaded.length === 0 ? [] : [...new Set(text.match(/\w+/g))];
  return [...names, ...loaded.flatMap((target) => words.map((word) => `${target}#${word}`))];
}

const root = join(src, '..');

const everyFile = (): string[] =>
  ['src', 'integration_tests', 'bench'].flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('what a file exports', () => {
  it('is taken by another', () => {
    const taken = new Set(everyFile().flatMap((file) => takenBy(file, read(file))));
    const unwanted = sourceFiles().flatMap((file) =>
      exportsOf(read(`src/${file}`))
        .map((name) => `src/${file}#${name}`)
        .filter((name) => !taken.has(name)),
    );
    expect(taken.size).toBeGreaterThan(500);
    expect(unwanted).toEqual([]);
  });

  it.each([
    ['export async function run(): void {}', ['run']],
    ['export const a = 1;\nconst b = 2;', ['a']],
    ['export class Ledger {}\nexport interface Row {}\nexport type X = 1;', ['Ledger']],
  ])('is found in %j', (text, names) => {
    expect(exportsOf(text)).toEqual(names);
  });

  it.each([
    ["import { type A, b as c } from './x.ts';", 'sync/x.ts#b'],
    ["import {\n  b,\n} from '../files/x.ts';", 'files/x.ts#b'],
    ["const { b } = await import('./x.ts');", 'sync/x.ts#b'],
  ])('is seen to be taken by %j', (text, name) => {
    expect(takenBy('sync/sync.ts', text)).toContain(name);
  });
});
