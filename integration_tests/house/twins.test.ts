import { describe, expect, it } from 'vitest';
import { sourceFiles, textOf } from './imports.ts';

/** So many equal lines are one piece of code that stands twice. */
const mostShared = 5;

/** Twins that may stay: docs/decisions/018-lines-that-stand-twice.md says why. */
const kept = [
  'destination/api/pipelines/reserved.ts ~ simulator/pipelines/call.ts',
  'warehouse/duckdb/dialect.ts ~ warehouse/snowflake/dialect.ts',
];

const imports = /^(?:import|export) [^;]*? from '[^']+';$/gm;
const comments = /^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)$/gm;

/** The lines that say something: no imports, comments, or lone brackets. */
function linesOf(text: string): string[] {
  return text
    .replace(imports, '')
    .replace(comments, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line));
}

/** Files that share a run of lines with another, or with another place in themselves. */
function twins(files: ReadonlyMap<string, string>): string[] {
  const seen = new Map<string, { file: string; at: number }>();
  const found = new Set<string>();
  for (const [file, text] of files) {
    const lines = linesOf(text);
    for (let at = 0; at + mostShared < lines.length; at += 1) {
      const run = lines.slice(at, at + mostShared + 1).join('\n');
      const first = seen.get(run);
      if (first === undefined) seen.set(run, { file, at });
      else if (first.file !== file || first.at + mostShared < at) found.add(`${first.file} ~ ${file}`);
    }
  }
  return [...found].sort();
}

const lines = (count: number): string => Array.from({ length: count }, (_, n) => `call(${n});`).join('\n');

describe('code that stands twice', () => {
  it('is none but what a decision keeps', () => {
    expect(twins(new Map(sourceFiles().map((file) => [file, textOf(file)])))).toEqual(kept);
  });

  it.each<[string, Record<string, string>]>([
    ['in two files', { 'a.ts': `one();\n${lines(6)}`, 'b.ts': `${lines(6)}\ntwo();` }],
    [
      'with other indentation and comments',
      { 'a.ts': lines(6), 'b.ts': lines(6).replaceAll('\n', '\n\n  // Why.\n  ') },
    ],
  ])('is found %s', (_where, files) => {
    expect(twins(new Map(Object.entries(files)))).toEqual(['a.ts ~ b.ts']);
  });

  it('is found in one file', () => {
    expect(twins(new Map([['a.ts', `${lines(6)}\nother();\n${lines(6)}`]]))).toEqual(['a.ts ~ a.ts']);
  });

  it.each([
    ['fewer lines', lines(5)],
    ['imports', `import {\n${'  name,\n'.repeat(9)}} from './x.ts';`],
  ])('is not seen in %s', (_what, text) => {
    expect(
      twins(
        new Map([
          ['a.ts', text],
          ['b.ts', text],
        ]),
      ),
    ).toEqual([]);
  });
});
