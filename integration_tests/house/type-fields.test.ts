import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * A type with many fields has many jobs. How long a function may be is biome's rule (biome.json,
 * noExcessiveLinesPerFunction); it has none for fields.
 */
const mostFields = 10;

/** Types that may have more, each with its reason. A type that is here and has no more is an error too. */
const exceptions: Readonly<Record<string, string>> = {};

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Up to the brace that ends it at its own level; `} & {` goes on with the same type. */
const declaration =
  /^( *)(?:export )?(?:abstract )?(?:interface|class|type) (\w+)[^;{}]*\{\n([\s\S]*?)^\1\}(?! & \{)/gm;
/** A member that holds something, `name: …` or `#name = …`; no method, getter or comment. */
const field = /^(?:(?:readonly|static|declare|override|accessor) )*['#\w-]+'?[?!]?(?::| =|;)/;

/** The fields of each type that a file declares. The text is biome's: a member stands one level below its type. */
function fieldsOf(text: string): Map<string, number> {
  return new Map(
    [...text.matchAll(declaration)].map(([, indent = '', name = '', body = '']) => {
      const members = body.split('\n').filter((line) => line.startsWith(`${indent}  `));
      return [name, members.filter((line) => field.test(line.slice(indent.length + 2))).length];
    }),
  );
}

function tooMany(): string[] {
  const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.endsWith('.test.ts'));
  return files.flatMap((file) =>
    [...fieldsOf(readFileSync(join(src, file), 'utf8'))]
      .filter(([, count]) => count > mostFields)
      .map(([name]) => `${file}: ${name}`),
  );
}

describe('the fields of a type', () => {
  it(`are ${mostFields} or fewer`, () => {
    expect(tooMany().toSorted()).toEqual(Object.keys(exceptions).toSorted());
  });

  const members = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => `  readonly field${n}: string;`);

  it.each([
    ['an interface', ['export interface It {', ...members(3), '}']],
    [
      'one with comments and methods',
      ['interface It {', '  /** Of it. */', ...members(3), '  go(): void;', '}'],
    ],
    ['one that extends', ['interface It<T extends Base = Base> extends Other<T> {', ...members(3), '}']],
    ['a type', ['type It = {', ...members(3), '};']],
    ['a joined type', ['type It = Other & {', ...members(2), '} & {', ...members(1), '};']],
    [
      'a class',
      [
        'export class It implements Other {',
        '  readonly #a: A;',
        '  #b = 1;',
        '  c: C | undefined;',
        '  go(): void {',
        '    x = 1;',
        '  }',
        '}',
      ],
    ],
    ['a declaration over two lines', ['interface It', '  extends Other {', ...members(3), '}']],
    ['an indented one', ['  interface It {', ...members(3).map((line) => `  ${line}`), '  }']],
    ['one beside others', ['interface A {', '  a: A;', '}', '', 'interface It {', ...members(3), '}']],
    ['one after a plain type', ["type A = 'a' | 'b';", '', 'interface It {', ...members(3), '}']],
  ])('are counted of %s', (_, lines) => {
    expect(fieldsOf(lines.join('\n')).get('It')).toBe(3);
  });

  it('are seen in the project', () => {
    const counts = fieldsOf(readFileSync(join(src, 'destination/delivery/attempts.ts'), 'utf8'));
    expect(counts.get('AttemptOptions')).toBe(8);
    expect(counts.get('Attempts')).toBe(3);
  });
});
