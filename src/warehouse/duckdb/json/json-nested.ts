import type { JsonField } from '../../warehouse.ts';
import { quoteString } from '../quote.ts';
import { nullable, type Place } from './json-parts.ts';
import type { DuckdbType, Field } from './type.ts';

type Nested = Exclude<DuckdbType, { kind: 'scalar' }>;
type MapType = Extract<Nested, { kind: 'map' }>;
type NamedField = Field & { readonly name: string };
type FieldOf = (type: DuckdbType, ref: string, place: Place) => JsonField;

/** Types of which to_json gives exactly the JSON that they have as a column. */
const exact =
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BIGNUM|VARCHAR|UUID|ENUM|BIT|INTERVAL|TIME|TIME_NS)$/;

function isExact(type: DuckdbType): boolean {
  switch (type.kind) {
    case 'scalar':
      return exact.test(type.name);
    case 'list':
      return isExact(type.item);
    case 'struct':
      return type.fields.every((field) => isNamed(field) && isExact(field.type));
    case 'map':
      return type.key.kind === 'scalar' && type.key.name === 'VARCHAR' && isExact(type.value);
    case 'union':
      return type.members.every((member) => isExact(member.type));
  }
}

const isNamed = (field: Field): field is NamedField => field.name !== undefined;
const orNull = (json: string): string => `coalesce(${json}, 'null')`;
const unlessNull = (ref: string, json: string): string => `CASE WHEN ${ref} IS NOT NULL THEN ${json} END`;

/** JSON of each item, with commas between; NULL of a NULL list. */
const joined = (list: string, name: string, json: string): string =>
  `array_to_string(list_transform(${list}, lambda ${name}: ${json}), ',')`;

/** A variable of a lambda that no lambda around it has. */
const itemName = ({ depth }: Place): string => `__nexus_item_${depth}`;
const inside = (place: Place): Place => ({ ...place, depth: place.depth + 1 });

function listField(item: DuckdbType, ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const name = itemName(place);
  const { schema, sql } = fieldOf(item, name, inside(place));
  return {
    schema: nullable('array', { items: schema }),
    sql: `'[' || ${joined(ref, name, orNull(sql))} || ']'`,
  };
}

const label = (index: number, name: string): string => `${index === 0 ? '' : ','}${name}`;

/** A tuple, whose fields have no names, is an array. */
function tupleField(fields: readonly Field[], ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const items = fields.map(({ type }, index) => {
    const { sql } = fieldOf(type, `${ref}[${index + 1}]`, place);
    return `${quoteString(label(index, ''))}, ${orNull(sql)}`;
  });
  return { schema: nullable('array'), sql: unlessNull(ref, `concat('[', ${items.join(', ')}, ']')`) };
}

function structField(fields: readonly NamedField[], ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const inner = fields.map(({ name, type }) => ({
    name,
    ...fieldOf(type, `struct_extract(${ref}, ${quoteString(name)})`, place),
  }));
  const members = inner.map(
    ({ name, sql }, index) => `${quoteString(label(index, `${JSON.stringify(name)}:`))}, ${orNull(sql)}`,
  );
  return {
    schema: objectOf(inner),
    sql: unlessNull(ref, `concat('{', ${members.join(', ')}, '}')`),
  };
}

const objectOf = (fields: readonly (JsonField & { name: string })[]): Record<string, unknown> =>
  nullable('object', { properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])) });

/** Types whose JSON is bare: in a key it gets quotes. */
const bare = /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BIGNUM|DECIMAL|FLOAT|DOUBLE)$/;

const isDated = /^(DATE|TIMESTAMP)/;

/** A key that is no text becomes one: its JSON. */
function keySql(key: DuckdbType, ref: string, place: Place, fieldOf: FieldOf): string {
  const { sql } = fieldOf(key, ref, place);
  if (key.kind !== 'scalar' || key.name === 'JSON' || key.name === 'VARIANT') return `to_json(${sql})`;
  if (bare.test(key.name)) return `concat('"', ${sql}, '"')`;
  // A date that cannot be sent is a bare null.
  return isDated.test(key.name) ? `concat('"', trim(${sql}, '"'), '"')` : sql;
}

function mapField(type: MapType, ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const name = itemName(place);
  const key = keySql(type.key, `${name}.key`, inside(place), fieldOf);
  const { schema, sql } = fieldOf(type.value, `${name}.value`, inside(place));
  const entries = joined(`map_entries(${ref})`, name, `concat(${key}, ':', ${orNull(sql)})`);
  return { schema: nullable('object', { additionalProperties: schema }), sql: `'{' || ${entries} || '}'` };
}

/** As to_json has it: an object whose one name tells which member it is. */
function unionField(members: readonly Field[], ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const inner = members.map(({ name = '', type }) => ({
    name,
    ...fieldOf(type, `union_extract(${ref}, ${quoteString(name)})`, place),
  }));
  const cases = inner.map(({ name, sql }) => {
    const open = quoteString(`{${JSON.stringify(name)}:`);
    return `WHEN ${quoteString(name)} THEN concat(${open}, ${orNull(sql)}, '}')`;
  });
  return { schema: objectOf(inner), sql: `CASE union_tag(${ref}) ${cases.join(' ')} END` };
}

function fieldByKind(type: Nested, ref: string, place: Place, fieldOf: FieldOf): JsonField {
  switch (type.kind) {
    case 'list':
      return listField(type.item, ref, place, fieldOf);
    case 'struct':
      return type.fields.every(isNamed)
        ? structField(type.fields, ref, place, fieldOf)
        : tupleField(type.fields, ref, place, fieldOf);
    case 'map':
      return mapField(type, ref, place, fieldOf);
    case 'union':
      return unionField(type.members, ref, place, fieldOf);
  }
}

/** The field of a list, struct, map or union: made of the fields of what is in it, by `fieldOf`. */
export function nestedField(type: Nested, ref: string, place: Place, fieldOf: FieldOf): JsonField {
  const field = fieldByKind(type, ref, place, fieldOf);
  return isExact(type) ? { ...field, sql: `to_json(${ref})::VARCHAR` } : field;
}
