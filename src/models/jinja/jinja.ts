import { dispatcher } from './dispatch.ts';
import { Evaluator, type Globals } from './evaluate/evaluator.ts';
import { builtinFunctions } from './evaluate/functions.ts';
import { macroCallable } from './evaluate/macro-callable.ts';
import { Output } from './evaluate/output.ts';
import { Renderer } from './evaluate/renderer.ts';
import { Scope } from './evaluate/scope.ts';
import type { Source } from './fault.ts';
import { templateError } from './jinja-error.ts';
import { Limits } from './limits.ts';
import type { Macro } from './macros.ts';
import { type Template as Parsed, parseTemplate } from './parse/parse-template.ts';
import type { Template } from './template.ts';
import { toValue } from './values/convert.ts';
import { TemplateObject, type Value } from './values/values.ts';

export type { TemplateFunction } from './values/convert.ts';

/** What a template can name: values, functions, and objects with members. */
export type TemplateGlobals = Readonly<Record<string, unknown>>;

/**
 * Renders one template as Jinja does for dbt, with Python's values: https://docs.getdbt.com/reference/dbt-jinja-functions.
 * What a template may cost is limited, whatever stands in it.
 *
 * @throws ConnectorError that names file, line and mistake.
 */
export function renderTemplate(template: Template, globals: TemplateGlobals, limits = new Limits()): string {
  return renderPieces(template, globals, limits).text();
}

/** As `renderTemplate`, with the place where each piece of the text was written. */
export function renderPieces(template: Template, globals: TemplateGlobals, limits = new Limits()): Output {
  const source: Source = { path: template.path, text: template.text, line: 1 };
  const names = new Names(template, globals, limits);
  try {
    const parsed = parseTemplate(source);
    const output = new Output(limits);
    names.renderer.run(parsed.statements, new Scope(parsed), output);
    return output;
  } catch (error) {
    throw templateError(error, names.evaluator.place ?? { source, at: 0 }, source);
  }
}

/** Parsed once, however many models call it. */
const parsedMacros = new WeakMap<Macro, Parsed>();

/** The project's macros, then dbt's functions, then Jinja's. Each is made when a template names it. */
class Names implements Globals {
  readonly evaluator: Evaluator;
  readonly renderer: Renderer;
  readonly #template: Template;
  readonly #globals: TemplateGlobals;
  readonly #values: Map<string, Value>;

  constructor(template: Template, globals: TemplateGlobals, limits: Limits) {
    this.#template = template;
    this.#globals = globals;
    this.#values = new Map(builtinFunctions(limits));
    this.evaluator = new Evaluator(limits, this);
    this.renderer = new Renderer(this.evaluator);
  }

  get(name: string): Value | undefined {
    const macro = this.#macro(name);
    if (macro !== undefined) return macro;
    if (name === this.#template.namespace) return this.#ownNamespace(name);
    return this.#global(name);
  }

  names(): string[] {
    const { macros, namespace } = this.#template;
    return [
      ...Object.keys(this.#globals),
      ...(macros?.keys() ?? []),
      ...(namespace === undefined ? [] : [namespace]),
      ...this.#values.keys(),
    ];
  }

  #global(name: string): Value | undefined {
    const known = this.#values.get(name);
    if (known !== undefined || !Object.hasOwn(this.#globals, name)) return known;
    const value = this.#completed(toValue(this.#globals[name], name), name);
    this.#values.set(name, value);
    return value;
  }

  /** `adapter.dispatch`, which picks a macro of the project. */
  #completed(value: Value, name: string): Value {
    if (name !== 'adapter' || !(value instanceof TemplateObject)) return value;
    const dispatch = dispatcher(this.#template, (macro) => this.#macro(macro));
    return new TemplateObject({
      members: new Map([...value.members, ['dispatch', dispatch]]),
      missing: value.missing,
    });
  }

  #macro(name: string): Value | undefined {
    const macro = this.#template.macros?.get(name);
    if (macro === undefined) return undefined;
    this.#template.onMacro?.(macro);
    const { path, line, text } = macro;
    const parsed = parsedMacros.get(macro) ?? parseTemplate({ path, line, text });
    parsedMacros.set(macro, parsed);
    const [node] = parsed.statements;
    if (node?.kind !== 'macro') return undefined;
    return macroCallable(node, new Scope(parsed), this.evaluator, (body, scope) =>
      this.renderer.capture(body, scope),
    );
  }

  /** The project's name, under which its macros may be called too. */
  #ownNamespace(name: string): Value {
    const global = this.#global(name);
    return new TemplateObject({
      members: global instanceof TemplateObject ? global.members : new Map(),
      missing: (member) => this.#macro(member),
    });
  }
}
