import type { z } from 'zod';
import { type ConnectorError, configError } from '../errors/connector-error.ts';
import { schemaIssue } from '../errors/schema-issue.ts';
import { parseExactJson, parseWrittenJson } from '../json/exact-json.ts';
import { isJsonObject } from '../json/json-object.ts';
import {
  type AirbyteStateMessage,
  type ConfiguredAirbyteCatalog,
  configuredAirbyteCatalog,
  stateMessage,
} from './messages.ts';

/** The files that Airbyte's commands take. Each error names the file and the place in it, never a value. */

function parseJson(text: string, path: string, parse: (json: string) => unknown = JSON.parse): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return parse(json);
  } catch (cause) {
    if (cause instanceof RangeError) throw configError(`${path} is nested too deeply to be read.`, { cause });
    // At the message's end only: what stands before may be a piece of the file.
    const position = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(String(cause))?.[1];
    const line = position === undefined ? undefined : json.slice(0, Number(position)).split('\n').length;
    const where = line === undefined ? '' : ` (line ${line})`;
    const yaml = /\.ya?ml$/i.test(path)
      ? ' This command takes a JSON file; a sync file (YAML) is for sync, check, doctor, compile, run and replay.'
      : '';
    throw configError(`${path} is not valid JSON${where}.${yaml}`);
  }
}

function misfit(
  path: string,
  what: string,
  error: z.ZodError,
  value: unknown,
  within: PropertyKey[] = [],
): ConnectorError {
  const { place, what: why } = schemaIssue(error, value, within);
  return configError(`${path} is not ${what}: ${place === '' ? '' : `${place}: `}${why}.`);
}

/**
 * Numbers of `vars` go into SQL, so they keep their digits, also those that JavaScript would round.
 *
 * @throws ConnectorError where the text is not a JSON object.
 */
export function parseConfigFile(text: string, path: string): unknown {
  const config = parseJson(text, path);
  if (!isJsonObject(config)) throw configError(`${path} is not a configuration: it must be a JSON object.`);
  if (config.vars === undefined) return config;
  const written = parseJson(text, path, parseWrittenJson);
  return isJsonObject(written) ? { ...config, vars: written.vars } : config;
}

/** @throws ConnectorError where the text is not a ConfiguredAirbyteCatalog. */
export function parseConfiguredCatalog(text: string, path: string): ConfiguredAirbyteCatalog {
  const value = parseJson(text, path);
  if (isJsonObject(value) && (value.type === 'CATALOG' || isJsonObject(value.catalog)))
    throw configError(
      `${path} is a catalog as discover prints it, not a configured one, which says how to read each stream: {"streams": [{"stream": {"name": …, …}, "sync_mode": "incremental", "destination_sync_mode": "append"}]}.`,
    );
  const result = configuredAirbyteCatalog.safeParse(value);
  if (!result.success) throw misfit(path, 'a configured catalog', result.error, value);
  return result.data;
}

/**
 * A list of state messages, as Airbyte gives it, or one of them; nothing, `{}` and `[]` mean no state.
 *
 * @throws ConnectorError where the text is something else, a state of the old one-object form among it.
 */
export function parseStateFile(text: string, path: string): AirbyteStateMessage[] {
  if (text.trim() === '') return [];
  const value = parseJson(text, path, parseExactJson);
  if (value === null || (isJsonObject(value) && Object.keys(value).length === 0)) return [];
  if (Array.isArray(value)) return value.map((item, index) => parseState(item, path, [index]));
  return [parseState(value, path, [])];
}

const whatStateIs = 'a list of Airbyte state messages';

/** Bare, as Airbyte gives it, or still in the message that a source printed. */
function parseState(item: unknown, path: string, within: PropertyKey[]): AirbyteStateMessage {
  const bare = isJsonObject(item) && isJsonObject(item.state) ? item.state : item;
  const result = stateMessage.safeParse(bare);
  if (!result.success) throw misfit(path, whatStateIs, result.error, bare, within);
  if (result.data.stream === undefined && result.data.global === undefined) {
    const place = within.length === 0 ? 'it' : `entry ${within.join('.')}`;
    throw configError(
      `${path} is not ${whatStateIs}: ${place} has neither "stream" nor "global". A state in the old form (LEGACY) cannot be used: start without a state.`,
    );
  }
  return result.data;
}
