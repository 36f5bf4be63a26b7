import { ConnectorError, configError, messageOf } from '../../protocol/connector-error.ts';
import { didYouMean } from '../../streams/near-match.ts';
import type { Macro } from './macros.ts';
import type { Template } from './template.ts';

/** What only dbt itself can answer, because it asks the warehouse or other packages while it compiles. */
const NEEDS_DBT = new Set(
  `adapter api builtins codegen dbt dbt_date dbt_expectations dbt_utils execute fromjson fromyaml graph
   invocation_id load_result local_md5 model modules return run_query run_started_at selected_resources
   statement store_result`.split(/\s+/),
);

/** What minijinja says, as a sentence for the model's author: file, line, mistake. */
export function templateError(
  template: Template,
  cause: unknown,
  ours: unknown,
  known: readonly string[],
): ConnectorError {
  const text = messageOf(cause);
  const place = placeOf(template, text);
  if (ours instanceof ConnectorError) return configError(`${place}: ${ours.message}`, { cause: ours });
  const reason = ours === undefined ? reasonOf(text, known) : messageOf(ours);
  return configError(`${place}: ${reason}`, { internal: text, cause });
}

/** The first place that minijinja names is the innermost: a macro's own line before the call's. */
function placeOf({ path, macros = [] }: Template, text: string): string {
  const [, source, at] = /\(in (model\.sql|macros):(\d+)\)/.exec(text) ?? [];
  if (at === undefined) return path;
  if (source !== 'macros') return `${path}, line ${at}`;
  return `${macroPlace(macros, Number(at))} (called by ${path})`;
}

function macroPlace(macros: readonly Macro[], line: number): string {
  let before = 0;
  for (const { path, line: first, text } of macros) {
    const lines = text.split('\n').length;
    if (line <= before + lines) return `${path}, line ${first + line - before - 1}`;
    before += lines;
  }
  return 'a macro';
}

function reasonOf(text: string, known: readonly string[]): string {
  const marked = markedExpression(text);
  const root = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(marked)?.[0] ?? '';
  if (NEEDS_DBT.has(root)) return needsDbt(marked, root);
  const [, name] = /unknown function: (\S+) is unknown/.exec(text) ?? [];
  if (name !== undefined) {
    if (NEEDS_DBT.has(name)) return needsDbt(name, name);
    return `there is no macro "${name}".${didYouMean(name, known)}`;
  }
  if (/unknown method: undefined /.test(text)) {
    return `"${root}" is not known, nor any macro of it.${didYouMean(root, known)}`;
  }
  const [, macro] = /unknown method: map has no method named (\S+)/.exec(text) ?? [];
  if (macro !== undefined) {
    return `there is no macro "${root}.${macro}".${didYouMean(`${root}.${macro}`, known)}`;
  }
  if (/no method named (append|extend|update|insert|pop)\b/.test(text)) {
    return 'a list or map cannot be changed in place here; write {% set items = items + [item] %} instead.';
  }
  if (/string has no method named format\b/.test(text)) {
    return 'a text has no format() here; join the parts with ~ instead.';
  }
  if (/undefined value/.test(text)) return `"${marked}" is not defined.${didYouMean(root, known)}`;
  return firstSentence(text);
}

function needsDbt(expression: string, root: string): string {
  const what = expression.split('(')[0] ?? root;
  return (
    `"${what}" works only inside dbt, so this model cannot be read here. ` +
    'Build it with dbt and read the table that it makes (from: relation), or write the SQL out.'
  );
}

/** The part of the source line that minijinja marks with ^^^, which may begin after the name before a dot. */
function markedExpression(text: string): string {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => /^\s+i\s+\^+/.test(line));
  if (index < 1) return '';
  const [marks = '', source = ''] = [lines[index], lines[index - 1]];
  const from = marks.indexOf('^');
  const owner = /[\p{L}_][\p{L}\p{N}_.]*$/u.exec(source.slice(0, from))?.[0] ?? '';
  return owner + source.slice(from, marks.lastIndexOf('^') + 1);
}

function firstSentence(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ \(in (?:model\.sql|macros):\d+\)/, '');
}
