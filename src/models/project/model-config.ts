import { renderTemplate, type TemplateFunction, type TemplateGlobals } from '../jinja/jinja.ts';
import { Limits } from '../jinja/limits.ts';

/** What `config(…)`, a properties file and dbt_project.yml say of a model: `materialized`, `tags`, `alias`, `enabled`. */
export type ModelConfig = Readonly<Record<string, unknown>>;

/** Later ones win, but tags add up: https://docs.getdbt.com/reference/define-configs */
export function mergeConfigs(...configs: readonly ModelConfig[]): ModelConfig {
  const merged: Record<string, unknown> = Object.assign({}, ...configs);
  const tags = configs.flatMap((config) => [config.tags ?? []].flat());
  return tags.length === 0 ? merged : { ...merged, tags: [...new Set(tags)] };
}

/** dbt takes `enabled: "{{ … }}"` too, which renders to a text. */
export function isEnabled({ enabled }: ModelConfig): boolean {
  return enabled !== false && String(enabled).toLowerCase() !== 'false';
}

/** A model has one call of it, or a few. */
const MOST_CALLS = 4;
/** What stands before the call is rendered too, where it costs next to nothing. */
const EARLY_SHARE = 0.02;

const CONFIG_CALL = /\{([{%])[-+]?\s*(?:do\s+)?config\s*\(/g;

/**
 * What the model's own `config(…)` says of `enabled` and `alias`. Both must be known before the models are
 * rendered: a model that is switched off is no part of the project, and others know a model by its alias.
 * A call that cannot be rendered alone says nothing here.
 */
export function earlyConfig(path: string, text: string, globals: TemplateGlobals): ModelConfig {
  if (!/\b(?:enabled|alias)\b/.test(text)) return {};
  const calls = [...text.matchAll(CONFIG_CALL).take(MOST_CALLS)].map(({ 1: kind, index }) => ({
    start: index,
    end: kind === '{' ? '}}' : '%}',
  }));
  return mergeConfigs(...calls.map((call) => configOf(path, text, call, globals)));
}

/** Bounds the search for the end of a call: braces of maps in it look like its end. */
const MOST_ENDS = 5;

function configOf(
  path: string,
  text: string,
  call: { start: number; end: string },
  globals: TemplateGlobals,
): ModelConfig {
  let at = call.start;
  for (let tries = 0; tries < MOST_ENDS; tries += 1) {
    at = text.indexOf(call.end, at);
    if (at < 0) return {};
    at += call.end.length;
    // With what is set before it, else alone: what stands before may need the warehouse.
    const config =
      rendered(path, text.slice(0, at), globals) ?? rendered(path, text.slice(call.start, at), globals);
    if (config !== undefined) return config;
  }
  return {};
}

function rendered(path: string, text: string, globals: TemplateGlobals): ModelConfig | undefined {
  const config: Record<string, unknown> = {};
  const take: TemplateFunction = (positional, named) => {
    for (const said of [...positional, named]) Object.assign(config, said);
    return '';
  };
  try {
    renderTemplate({ path, text }, { ...globals, config: take }, new Limits(EARLY_SHARE));
    return config;
  } catch {
    return undefined;
  }
}
