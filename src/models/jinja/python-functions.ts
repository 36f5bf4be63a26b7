import { createHash } from 'node:crypto';
import { configError } from '../../errors/connector-error.ts';
import { parseWrittenJson } from '../../json/exact-json.ts';
import { Limits } from './limits.ts';
import { textArgument } from './macro-arguments.ts';
import { Bound } from './values/bind.ts';
import type { TemplateFunction } from './values/convert.ts';
import { jsonOf } from './values/json.ts';
import { Callable, isTrue } from './values/values.ts';

const tojson = new Callable(
  'tojson',
  (positional, named) => {
    const given = new Bound('tojson', ['value', 'default', 'sort_keys'], positional, named);
    return jsonOf(given.get('value'), isTrue(given.or('sort_keys', false)), new Limits());
  },
  true,
);

const fromjson: TemplateFunction = ([text, fallback]) => {
  try {
    return parseWrittenJson(textArgument('fromjson', 'a text', text));
  } catch {
    if (fallback !== undefined) return fallback;
    throw configError('fromjson: the text is not JSON.');
  }
};

/** https://docs.getdbt.com/reference/dbt-jinja-functions/tojson */
export const jsonFunctions = { tojson, fromjson };

/** https://docs.getdbt.com/reference/dbt-jinja-functions/local_md5 */
export const hashFunction: TemplateFunction = ([text]) =>
  createHash('md5').update(String(text)).digest('hex');
