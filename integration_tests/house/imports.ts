import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const src = fileURLToPath(new URL('../../src', import.meta.url));

/** A file, and one that it imports, as seen from src/. */
export type Import = readonly [from: string, to: string];

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** The files that make the program: no tests and none of what tests share. */
export function sourceFiles(): string[] {
  return globSync('**/*.ts', { cwd: src })
    .map((file) => relative('.', file))
    .filter((file) => !/\.(test|suite|fixture)\.ts$/.test(file))
    .sort();
}

export const textOf = (file: string): string => readFileSync(join(src, file), 'utf8');

export function targetsOf(file: string, text: string): string[] {
  return [...text.matchAll(specifier)].map((match) => join(dirname(file), match[1] ?? ''));
}

export function sourceImports(): Import[] {
  return sourceFiles().flatMap((file) =>
    targetsOf(file, textOf(file))
      .filter((target) => !target.startsWith('..'))
      .map((target): Import => [file, target]),
  );
}

/**
 * An import between two folders that lie beside each other, as these: `source/plan/plan.ts` and
 * `source/changes/state.ts` → `source/plan` and `source/changes`. Files of the folder above both belong to neither, so
 * they may be the ground for both (`config.ts`), or the front of both (`source.ts`).
 */
function roomsOf([from, to]: Import): Import | undefined {
  const [a, b] = [from.split('/'), to.split('/')];
  const shared = a.findIndex((part, index) => part !== b[index]);
  if (shared < 0 || shared >= a.length - 1 || shared >= b.length - 1) return undefined;
  return [a.slice(0, shared + 1).join('/'), b.slice(0, shared + 1).join('/')];
}

/** Everything that can be reached from each node. */
function reachable(edges: readonly Import[]): Map<string, Set<string>> {
  const next = Map.groupBy(edges, ([from]) => from);
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const ahead = [start];
    for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
      for (const [, to] of next.get(node) ?? []) {
        if (!seen.has(to)) ahead.push(to);
        seen.add(to);
      }
    }
    return seen;
  };
  return new Map([...next.keys()].map((node) => [node, reach(node)]));
}

/** The edges that lie on a circle, also on one that closes only through a third node. */
function onCircle(edges: readonly Import[]): string[] {
  const reach = reachable(edges);
  return [...new Set(edges.filter(([from, to]) => reach.get(to)?.has(from)).map((edge) => edge.join(' → ')))];
}

/** Rooms, sub-rooms and files that import each other, at once or through others. */
export function circles(imports: readonly Import[]): string[] {
  const betweenRooms = imports.map(roomsOf).filter((edge) => edge !== undefined);
  return [...onCircle(betweenRooms), ...onCircle(imports)];
}
