import { configError } from '../../protocol/connector-error.ts';
import { didYouMean } from '../../streams/near-match.ts';
import type { TemplateFunction, TemplateGlobals } from './jinja.ts';
import { plainValue, textArgument } from './macro-arguments.ts';

/** What a template can know before any warehouse is asked. */
export interface ProjectContext {
  readonly vars: Readonly<Record<string, unknown>>;
  /** dbt's `target`: where the models are built, which here is where they are read. */
  readonly target: { readonly type: string; readonly schema?: string | undefined };
}

/** Told of every variable and its value: they are a part of what a model is. */
export type RecordVar = (name: string, value: unknown) => void;

/** The part of dbt's functions that needs neither the warehouse nor the other models. */
export function projectFunctions({ vars, target }: ProjectContext, record: RecordVar): TemplateGlobals {
  return {
    var: varFunction(vars, record),
    env_var: environmentFunction(record),
    target: { type: target.type, name: 'prod', profile_name: 'nexus', schema: target.schema ?? '' },
    exceptions: { raise_compiler_error: refuse, warn: nothing },
    log: nothing,
    print: nothing,
    tojson: (value: unknown) => JSON.stringify(plainValue(value)),
  };
}

const nothing: TemplateFunction = () => '';

const refuse: TemplateFunction = (message) => {
  throw configError(String(message));
};

function varFunction(vars: Readonly<Record<string, unknown>>, record: RecordVar): TemplateFunction {
  return (...given) => {
    const name = textArgument('var', 'a name', given[0]);
    const value = Object.hasOwn(vars, name) ? vars[name] : varDefault(name, given, vars);
    record(name, value);
    return value;
  };
}

function varDefault(
  name: string,
  given: readonly unknown[],
  vars: Readonly<Record<string, unknown>>,
): unknown {
  if (given.length < 2) {
    throw configError(`var "${name}" is not set and has no default.${didYouMean(name, Object.keys(vars))}`);
  }
  return defaultOf(given[1]);
}

/** A map may be the default itself, or the one keyword argument that `var` takes. */
function defaultOf(value: unknown): unknown {
  const isNamed = value instanceof Map && value.size === 1 && value.has('default');
  return plainValue(isNamed ? value.get('default') : value);
}

/** https://docs.getdbt.com/reference/dbt-jinja-functions/env_var; dbt keeps its secret ones out of models too. */
function environmentFunction(record: RecordVar): TemplateFunction {
  return (...given) => {
    const name = textArgument('env_var', 'a name', given[0]);
    if (name.startsWith('DBT_ENV_SECRET')) {
      throw configError(`env_var: ${name} is a secret by its name, which must not stand in a model.`);
    }
    const value = process.env[name] ?? (given.length < 2 ? undefined : defaultOf(given[1]));
    if (value === undefined) {
      throw configError(`env_var: the environment has no ${name}, and it has no default.`);
    }
    record(`env_var ${name}`, value);
    return value;
  };
}
