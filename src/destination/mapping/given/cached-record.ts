import { parseExactJson } from '../../../json/exact-json.ts';
import type { StreamMapping } from '../stream-mapping.ts';

type Data = Readonly<Record<string, unknown>>;

/** What PyAirbyte adds to each record of its cache, and no source does. */
export const cacheMark = '_airbyte_raw_id';

/** As PyAirbyte names columns of its cache: lower case, and an underscore for what is no letter or digit. */
const cacheName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_');

function isNumeric(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) return false;
  const types = [schema.type].flat().filter((type) => type !== 'null');
  return types.length > 0 && types.every((type) => type === 'number' || type === 'integer');
}

/** A decimal of a fixed scale, `0.250000000` or `0E-9`, as the number that it was; digits are not rounded. */
function numberOf(text: string): unknown {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return /^-?0E[-+]?\d+$/.test(text) ? 0 : text;
  const digits = fraction.replace(/0+$/, '');
  return parseExactJson(`${sign}${whole.replace(/^0+(?=\d)/, '')}${digits === '' ? '' : `.${digits}`}`);
}

/**
 * Records that PyAirbyte writes from its cache are not as the source made them: columns are in lower case and
 * numbers are text. The catalog still has the source's names and types, and the record gets them back.
 */
export function asTheSourceMadeIt({ columns, properties }: StreamMapping): (data: Data) => Data {
  const names = [...Object.values(columns), ...Object.keys(properties)];
  const original = new Map(names.toReversed().map((name) => [cacheName(name), name]));
  for (const name of names) original.set(name, name);
  const numeric = new Set(Object.keys(properties).filter((name) => isNumeric(properties[name])));
  const restored = ([cached, value]: [string, unknown]): [string, unknown] => {
    const name = original.get(cached) ?? cached;
    return [name, typeof value === 'string' && numeric.has(name) ? numberOf(value) : value];
  };
  return (data) =>
    Object.hasOwn(data, cacheMark) ? Object.fromEntries(Object.entries(data).map(restored)) : data;
}
