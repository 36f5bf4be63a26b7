import type { z } from 'zod';
import { type ConnectorError, configError } from './connector-error.ts';
import { parseExactJson } from './exact-json.ts';
import {
  type AirbyteStateMessage,
  type ConfiguredAirbyteCatalog,
  configuredAirbyteCatalog,
  stateMessage,
} from './messages.ts';

/** The files that Airbyte's commands take. Each error names the file and the place in it, never a value. */

function parseJson(text: string, path: string): unknown {
  try {
    return parseExactJson(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const position = /position (\d+)/.exec(String(cause))?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    const where = line === undefined ? '' : ` (line ${line})`;
    throw configError(`${path} is not valid JSON${where}.`);
  }
}

function misfit(path: string, what: string, error: z.ZodError): ConnectorError {
  const issue = error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return configError(`${path} is not ${what}: ${place}${issue?.message ?? 'it does not fit'}.`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws ConnectorError where the text is not a JSON object. */
export function parseConfigFile(text: string, path: string): unknown {
  const config = parseJson(text, path);
  if (!isObject(config)) throw configError(`${path} is not a configuration: it must be a JSON object.`);
  return config;
}

/** @throws ConnectorError where the text is not a ConfiguredAirbyteCatalog. */
export function parseConfiguredCatalog(text: string, path: string): ConfiguredAirbyteCatalog {
  const result = configuredAirbyteCatalog.safeParse(parseJson(text, path));
  if (!result.success) throw misfit(path, 'a configured catalog', result.error);
  return result.data;
}

/**
 * A list of state messages, as Airbyte gives it, or one of them; nothing, `{}` and `[]` mean no state.
 *
 * @throws ConnectorError where the text is something else, a state of the old one-object form among it.
 */
export function parseStateFile(text: string, path: string): AirbyteStateMessage[] {
  if (text.trim() === '') return [];
  const value = parseJson(text, path);
  if (value === null || (isObject(value) && Object.keys(value).length === 0)) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => parseState(isObject(item) && isObject(item.state) ? item.state : item, path));
}

function parseState(item: unknown, path: string): AirbyteStateMessage {
  const result = stateMessage.safeParse(item);
  if (!result.success) throw misfit(path, 'a list of Airbyte state messages', result.error);
  if (result.data.stream === undefined && result.data.global === undefined) {
    throw configError(
      `${path} is not a list of Airbyte state messages: an entry has neither "stream" nor "global".`,
    );
  }
  return result.data;
}
