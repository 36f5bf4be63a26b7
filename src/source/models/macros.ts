import { configError } from '../../protocol/connector-error.ts';

/** One `{% macro %}` of the project's own, with the place where it was written. */
export interface Macro {
  readonly name: string;
  readonly path: string;
  /** The line of the file on which its text begins, from 1. */
  readonly line: number;
  /** From `{% macro` to `{% endmacro %}`. */
  readonly text: string;
}

export type Macros = ReadonlyMap<string, Macro>;

const MACRO = /\{%[-+]?\s*macro\s+([\p{L}_][\p{L}\p{N}_]*)\s*\([\s\S]*?\{%[-+]?\s*endmacro\s*[-+]?%\}/gu;

/**
 * The macros of a file of `macros/`. What else stands there (tests, materializations, docs) is dbt's own affair,
 * and a macro is parsed only when a model calls it: one that is beyond a reader must not stop the others.
 */
export function macrosOf(path: string, text: string): Macro[] {
  const code = withoutComments(text);
  return [...code.matchAll(MACRO)].map(({ 0: block, 1: name = '', index }) => ({
    name,
    path,
    line: lineAt(text, index),
    text: text.slice(index, index + block.length),
  }));
}

/** @throws ConnectorError where two files define one name: which of them is meant cannot be known. */
export function macrosByName(all: readonly Macro[]): Macros {
  const byName = new Map<string, Macro>();
  for (const macro of all) {
    const other = byName.get(macro.name);
    if (other !== undefined) {
      throw configError(
        `Two macros are named "${macro.name}": ${other.path}, line ${other.line}, and ${macro.path}, line ${macro.line}. Rename one of them.`,
      );
    }
    byName.set(macro.name, macro);
  }
  return byName;
}

/** The macros that a template calls, and those that they call in turn. */
export function macrosCalledBy(text: string, macros: Macros): Macro[] {
  const called = new Set<Macro>();
  if (macros.size === 0) return [];
  const texts = [text];
  for (let next = texts.pop(); next !== undefined; next = texts.pop()) {
    for (const name of calledNames(next)) {
      const macro = macros.get(name);
      if (macro === undefined || called.has(macro)) continue;
      called.add(macro);
      texts.push(macro.text);
    }
  }
  return [...called];
}

/** SQL has functions too: only what stands in a tag of Jinja's can call a macro. */
function calledNames(text: string): Set<string> {
  const tags = text.match(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g) ?? [];
  return new Set(
    tags.flatMap((tag) => [...tag.matchAll(/([\p{L}_][\p{L}\p{N}_]*)\s*\(/gu)].map(([, name]) => name ?? '')),
  );
}

/** Spaces in the place of comments, so that every other character keeps its position. */
function withoutComments(text: string): string {
  return text.replace(/\{#[\s\S]*?#\}/g, (comment) => comment.replace(/[^\n]/g, ' '));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
