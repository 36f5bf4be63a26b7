import { configError } from '../../errors/connector-error.ts';
import type { Template } from './template.ts';
import { Callable, type Value } from './values/values.ts';

/**
 * dbt's `adapter.dispatch('x')`: the macro of the project that is written for this kind of warehouse
 * (`snowflake__x`), else `default__x`: https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch
 */
export function dispatcher(
  { dialect = 'default' }: Template,
  macro: (name: string) => Value | undefined,
): Callable {
  return new Callable('dispatch', (positional, named) => {
    const name = String(positional[0] ?? named.get('macro_name') ?? '').replace(/^.*\./, '');
    const candidates = [`${dialect}__${name}`, `default__${name}`];
    for (const candidate of candidates) {
      const found = macro(candidate);
      if (found !== undefined) return found;
    }
    throw configError(
      `adapter.dispatch: the project has no macro ${candidates.join(' or ')}. Macros of packages are not read: copy it into macros/.`,
    );
  });
}
