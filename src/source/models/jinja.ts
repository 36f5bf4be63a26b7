import { Environment } from 'minijinja-js';

import { templateError } from './jinja-error.ts';
import type { ModelFile } from './project.ts';

/** A function that templates call, with its arguments as minijinja hands them over. */
export type TemplateFunction = (...given: readonly unknown[]) => unknown;

/** What a template can name: values, functions, and namespaces of functions. */
export type TemplateGlobals = Readonly<Record<string, unknown>>;

/**
 * Renders one model. An exception that crosses into WebAssembly leaves the whole module in pieces, so no
 * function throws: its error is kept, and a value that minijinja cannot take makes it stop at that line.
 */
export function renderTemplate(file: ModelFile, globals: TemplateGlobals): string {
  const failure: Failure = { error: undefined };
  const environment = new Environment();
  try {
    environment.undefinedBehavior = 'strict';
    environment.debug = true;
    environment.keepTrailingNewline = true;
    environment.enablePyCompat();
    for (const [name, value] of Object.entries(globals)) {
      environment.addGlobal(name, guarded(value, failure));
    }
    // A constant name: the ending of a model's own could switch on HTML escaping.
    return environment.renderNamedStr('model.sql', file.text, {});
  } catch (cause) {
    throw templateError(file, cause, failure.error, namesOf(globals));
  } finally {
    environment.free();
  }
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
