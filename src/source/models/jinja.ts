import { format } from 'node:util';
import { Environment } from 'minijinja-js';
import { templateError } from './jinja-error.ts';
import type { Template } from './template.ts';

/** A function that templates call, with its arguments as minijinja hands them over. */
export type TemplateFunction = (...given: readonly unknown[]) => unknown;

/** What a template can name: values, functions, and namespaces of functions. */
export type TemplateGlobals = Readonly<Record<string, unknown>>;

/**
 * Renders one template. An exception that crosses into WebAssembly leaves the whole module in pieces, so no
 * function throws: its error is kept, and a value that minijinja cannot take makes it stop at that line.
 */
export function renderTemplate(template: Template, globals: TemplateGlobals): string {
  const failure: Failure = { error: undefined };
  const environment = new Environment();
  try {
    environment.undefinedBehavior = 'strict';
    environment.debug = true;
    environment.keepTrailingNewline = true;
    environment.enablePyCompat();
    // dbt's, which say what a text in a settings file is to become: here it becomes that by itself.
    for (const name of ['as_bool', 'as_native', 'as_number', 'as_text']) {
      environment.addFilter(name, (value: unknown) => value);
    }
    environment.addFilter('format', (text: unknown, ...values: unknown[]) => format(String(text), ...values));
    for (const [name, value] of Object.entries(globals)) {
      environment.addGlobal(name, guarded(value, failure));
    }
    const imports = importMacros(template, environment);
    // A constant name: the ending of a model's own could switch on HTML escaping.
    return environment.renderNamedStr('model.sql', imports + memberCalls(template.text), {});
  } catch (cause) {
    throw templateError(template, cause, failure.error, namesOf(globals));
  } finally {
    environment.free();
  }
}

/** Registers the macros as one template, so that they can call each other; the import adds no line. */
function importMacros({ macros = [], namespace }: Template, environment: Environment): string {
  if (macros.length === 0) return '';
  environment.addTemplate('macros', macros.map((macro) => memberCalls(macro.text)).join('\n'));
  const names = macros.map((macro) => macro.name).join(', ');
  const whole = namespace === undefined ? '' : `{% import 'macros' as ${namespace} %}`;
  return `{% from 'macros' import ${names} %}${whole}`;
}

/** minijinja cannot give members to what is called or printed itself, as dbt's `config` and `this` are. */
function memberCalls(text: string): string {
  if (!/\b(?:config|this)\s*\./.test(text)) return text;
  return text.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (tag) =>
    tag
      .replace(/\bconfig\s*\.\s*(get|require)\b/g, 'config_$1')
      .replace(/\bthis\s*\.\s*(database|schema|identifier|name|table)\b/g, 'this_parts.$1'),
  );
}

interface Failure {
  error: unknown;
}

function guarded(value: unknown, failure: Failure): unknown {
  if (isTemplateFunction(value)) return withoutThrowing(value, failure);
  if (!isNamespace(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, guarded(inner, failure)]));
}

function withoutThrowing(call: TemplateFunction, failure: Failure): TemplateFunction {
  return (...given) => {
    try {
      return call(...given);
    } catch (error) {
      failure.error ??= error;
      return Symbol('stop');
    }
  };
}

function isTemplateFunction(value: unknown): value is TemplateFunction {
  return typeof value === 'function';
}

function isNamespace(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

function namesOf(globals: TemplateGlobals): string[] {
  return Object.entries(globals).flatMap(([name, value]) => [
    name,
    ...(isNamespace(value) ? Object.keys(value).map((inner) => `${name}.${inner}`) : []),
  ]);
}
