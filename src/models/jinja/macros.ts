import { configError } from '../../errors/connector-error.ts';
import { segmentsOf } from './parse/segments.ts';

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

const MACRO = /^\s*macro\s+([\p{L}_][\p{L}\p{N}_]*)/u;
const ENDMACRO = /^\s*endmacro\b/;

/**
 * The macros of a file of `macros/`. What else stands there (tests, materializations, docs) is dbt's own affair,
 * and a macro is parsed only when a model calls it: one that is beyond a reader must not stop the others.
 */
export function macrosOf(path: string, text: string): Macro[] {
  const macros: Macro[] = [];
  let open: { name: string; start: number } | undefined;
  let tagStart = 0;
  for (const segment of segmentsOf(text)) {
    const [, name] = segment.kind === 'statement' ? (MACRO.exec(segment.text) ?? []) : [];
    if (name !== undefined && open === undefined) open = { name, start: tagStart };
    if (open !== undefined && segment.kind === 'statement' && ENDMACRO.test(segment.text)) {
      macros.push({ name: open.name, path, line: 0, text: text.slice(open.start, segment.end) });
      open = undefined;
    }
    tagStart = segment.end;
  }
  return withLines(macros, text);
}

function withLines(macros: readonly Macro[], text: string): Macro[] {
  let [line, at] = [1, 0];
  return macros.map((macro) => {
    const start = text.indexOf(macro.text, at);
    line += text.slice(at, start).split('\n').length - 1;
    at = start;
    return { ...macro, line };
  });
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
