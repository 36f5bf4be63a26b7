import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import { Return } from '../jinja/evaluate/macro-callable.ts';
import type { TemplateGlobals } from '../jinja/jinja.ts';
import { bindArguments, textArgument } from '../jinja/macro-arguments.ts';
import { hashFunction, jsonFunctions } from '../jinja/python-functions.ts';
import { refuseSecret, type VariableRules } from '../jinja/secret-variables.ts';
import { type TemplateFunction, templateObject } from '../jinja/values/convert.ts';
import { Callable, type TemplateObject } from '../jinja/values/values.ts';

/** What a template can know before any warehouse is asked. */
export interface ProjectContext {
  readonly vars: Readonly<Record<string, unknown>>;
  /** Which environment variables models may read, by default all that do not look like a secret. */
  readonly variables?: VariableRules | undefined;
  /** dbt's `target`: where the models are built, which here is where they are read. */
  readonly target: { readonly type: string; readonly schema?: string | undefined };
}

/** Told of every variable and its value: they are a part of what a model is. */
export type RecordVar = (name: string, value: unknown) => void;

/** The part of dbt's functions that needs neither the warehouse nor the other models. */
export function projectFunctions(
  { vars, target, variables }: ProjectContext,
  record: RecordVar,
): TemplateGlobals {
  return {
    var: varFunction(vars, record),
    env_var: environmentFunction(variables ?? { allowed: [] }, record),
    target: templateObject({
      type: target.type,
      name: 'prod',
      profile_name: 'nexus',
      schema: target.schema ?? '',
      database: '',
      threads: 1,
    }),
    exceptions: templateObject({ raise_compiler_error: refuse, warn: nothing, warn_or_error: nothing }),
    log: nothing,
    print: nothing,
    debug: nothing,
    execute: true,
    return: returnFunction,
    ...jsonFunctions,
    local_md5: hashFunction,
  };
}

/** dbt's `return(value)`: the macro that calls it gives the value instead of its text. */
const returnFunction = new Callable('return', ([value]) => {
  throw new Return(value ?? null);
});

const nothing: TemplateFunction = () => '';

const refuse: TemplateFunction = ([message]) => {
  throw configError(String(message));
};

function varFunction(vars: Readonly<Record<string, unknown>>, record: RecordVar): TemplateObject {
  const has: TemplateFunction = ([name]) => Object.hasOwn(vars, String(name));
  const call: TemplateFunction = (positional, named) => {
    const bound = bindArguments('var', ['name', 'default'], positional, named);
    const name = textArgument('var', 'a name', bound.name);
    const value = Object.hasOwn(vars, name) ? vars[name] : varDefault(name, bound, vars);
    record(name, value);
    return value;
  };
  return templateObject({ has_var: has }, { call });
}

function varDefault(
  name: string,
  bound: Readonly<Record<string, unknown>>,
  vars: Readonly<Record<string, unknown>>,
) {
  if (Object.hasOwn(bound, 'default')) return bound.default;
  throw configError(`var "${name}" is not set and has no default.${didYouMean(name, Object.keys(vars))}`);
}

/** https://docs.getdbt.com/reference/dbt-jinja-functions/env_var; dbt keeps its secret ones out of models too. */
function environmentFunction(variables: VariableRules, record: RecordVar): TemplateFunction {
  return (positional, named) => {
    const bound = bindArguments('env_var', ['name', 'default'], positional, named);
    const name = textArgument('env_var', 'a name', bound.name);
    refuseSecret(name, variables);
    const value = process.env[name] ?? bound.default;
    if (value === undefined) {
      throw configError(`env_var: the environment has no ${name}, and it has no default.`);
    }
    record(`env_var ${name}`, value);
    return value;
  };
}
