import { isJsonObject } from '../../../json/json-object.ts';
import type { AirbyteRecordMessage } from '../../../protocol/messages.ts';

type Data = Readonly<Record<string, unknown>>;

/**
 * A record without the nulls that stand for a value which could not be sent (`meta.changes`, NULLED): they say nothing
 * of the value, and must not unset what Customer.io holds. Where the field has a value, the nulls directly in it are
 * meant, as are those that the field names by a path with dots.
 */
export function withoutNulled({ data, meta }: AirbyteRecordMessage): Data {
  const nulled = (meta?.changes ?? []).filter(({ change }) => change === 'NULLED');
  return nulled.reduce((record: Data, { field }) => withoutNull(record, field), data);
}

function withoutNull(data: Data, field: string): Data {
  if (Object.hasOwn(data, field)) {
    const value = data[field];
    if (value === null) return without(data, field);
    return isJsonObject(value) ? { ...data, [field]: withoutNulls(value) } : data;
  }
  const dot = field.indexOf('.');
  const parent = data[field.slice(0, dot)];
  if (dot < 1 || !isJsonObject(parent)) return data;
  return { ...data, [field.slice(0, dot)]: withoutNull(parent, field.slice(dot + 1)) };
}

const without = (data: Data, field: string): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));

const withoutNulls = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
