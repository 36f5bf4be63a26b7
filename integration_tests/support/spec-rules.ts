/** The rules that Airbyte's acceptance tests (TestSpec) and airbyte-cdk's spec lint hold a form to. */
export type Schema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> =>
  isSchema(schema.properties)
    ? Object.fromEntries(
        Object.entries(schema.properties).map(([name, field]) => [name, isSchema(field) ? field : {}]),
      )
    : {};

export const variantsOf = (schema: Schema): readonly Schema[] =>
  Array.isArray(schema.oneOf) ? schema.oneOf.filter(isSchema) : [];

const typesOf = (schema: Schema): readonly unknown[] => [schema.type].flat();

/** Every schema of a form with its path; the root has the empty one. */
export function* schemasOf(schema: Schema, path = ''): Generator<readonly [string, Schema]> {
  yield [path, schema];
  for (const [name, field] of Object.entries(propertiesOf(schema)))
    yield* schemasOf(field, `${path}/${name}`);
  for (const [index, variant] of variantsOf(schema).entries()) yield* schemasOf(variant, `${path}#${index}`);
  if (isSchema(schema.items)) yield* schemasOf(schema.items, `${path}[]`);
}

const forbidden = [
  'not',
  'anyOf',
  'allOf',
  'if',
  'then',
  'else',
  'patternProperties',
  'prefixItems',
  'dependentSchemas',
  'dependentRequired',
  '$ref',
];

const secretNames =
  /^(client_token|access_token|api_token|token|secret|client_secret|password|key|service_account_info|service_account|tenant_id|certificate|jwt|credentials|app_id|appid|refresh_token)$|(_token|_secret|password|api_key|secret_key|private_key|access_key|passphrase)$/i;

type Rule = (path: string, schema: Schema) => readonly string[];

const failing = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);

/** The one field that all variants carry with a const: by it a form knows which variant a config is. */
export function discriminatorsOf(schema: Schema): readonly string[] {
  const variants = variantsOf(schema).map(propertiesOf);
  return Object.keys(variants[0] ?? {}).filter((name) =>
    variants.every((properties) => properties[name] !== undefined && 'const' in properties[name]),
  );
}

function oneOfProblems(schema: Schema): readonly string[] {
  if (!('oneOf' in schema)) return [];
  const variants = variantsOf(schema);
  const [discriminator, ...more] = discriminatorsOf(schema);
  const constants = variants.map((variant) => propertiesOf(variant)[discriminator ?? '']?.const);
  return [
    ...failing(schema.type === 'object', 'the parent of a oneOf is an object'),
    ...failing(discriminator !== undefined && more.length === 0, 'one const is common to all variants'),
    ...failing(new Set(constants).size === variants.length, 'each variant has a const of its own'),
    ...failing(
      variants.every((variant) => 'title' in variant),
      'each variant has a title',
    ),
  ];
}

function orderProblems(schema: Schema): readonly string[] {
  const fields = Object.values(propertiesOf(schema));
  const orders = fields.map(({ group, order }) => `${String(group)} ${String(order)}`);
  return [
    ...failing(
      fields.every(({ order }) => Number.isInteger(order)),
      'each field has an order',
    ),
    ...failing(new Set(orders).size === orders.length, 'no order is taken twice'),
  ];
}

function secretProblems(path: string, schema: Schema): readonly string[] {
  const canBeSecret =
    !('const' in schema) &&
    typesOf(schema).some((type) => ['string', 'number', 'integer'].includes(String(type)));
  const named = secretNames.test(path.split('/').at(-1) ?? '');
  return [
    ...failing(!named || !canBeSecret || schema.airbyte_secret === true, 'a secret is marked'),
    ...failing(canBeSecret || !('airbyte_secret' in schema), 'only a text or number can be secret'),
  ];
}

const isVariantOrItem = (path: string): boolean => /(#\d+|\[\])$/.test(path);

const rules: readonly Rule[] = [
  (_, schema) => forbidden.filter((word) => word in schema).map((word) => `it has ${word}`),
  (_, schema) =>
    failing(
      !('additionalProperties' in schema) || schema.additionalProperties === true,
      'it takes more fields',
    ),
  (_, schema) => {
    const scalar = typesOf(schema).filter((type) => type !== 'null');
    return failing(scalar.length === 1, 'a type is one, or one and null');
  },
  (path, schema) =>
    failing(
      path === '' || schema.type !== 'object' || 'properties' in schema || 'oneOf' in schema,
      'an object has properties or a oneOf',
    ),
  (_, schema) =>
    failing(schema.type !== 'array' || isSchema(schema.items), 'an array has one schema of items'),
  (_, schema) =>
    failing(
      !Array.isArray(schema.enum) || new Set(schema.enum).size === schema.enum.length,
      'each value of an enum is there once',
    ),
  (path, schema) =>
    failing(!('group' in schema) || /^\/[^/]+$/.test(path), 'only fields at the top are in a group'),
  (path, schema) =>
    failing(
      path === '' ||
        isVariantOrItem(path) ||
        'const' in schema ||
        ('title' in schema && 'description' in schema),
      'a field has title and description',
    ),
  (_, schema) =>
    failing(!('pattern' in schema) || 'pattern_descriptor' in schema, 'a pattern is told in words'),
  (_, schema) =>
    failing(
      Math.abs(Number(schema.maximum ?? 0)) < 1e12 && Math.abs(Number(schema.minimum ?? 0)) < 1e12,
      'a bound is one that a person would set',
    ),
  (_, schema) => oneOfProblems(schema),
  (_, schema) => orderProblems(schema),
  secretProblems,
];

/** What breaks a rule, each with its place; empty for a form that Airbyte takes. */
export function formProblems(form: Schema): readonly string[] {
  return [...schemasOf(form)].flatMap(([path, schema]) =>
    rules.flatMap((rule) =>
      rule(path, schema).map((problem) => `${path || 'the root'}: must hold: ${problem}`),
    ),
  );
}

const requiredOf = (schema: Schema): readonly unknown[] =>
  Array.isArray(schema.required) ? schema.required : [];

/** Variants by their const: a later version may put them in another order. */
function sameVariant(before: Schema, now: Schema, variant: Schema): Schema | undefined {
  const name = discriminatorsOf(before)[0] ?? '';
  const constant = propertiesOf(variant)[name]?.const;
  return variantsOf(now).find((candidate) => propertiesOf(candidate)[name]?.const === constant);
}

function narrowed(before: Schema, now: Schema): readonly string[] {
  const lost = typesOf(before).filter((type) => !typesOf(now).includes(type));
  const values = Array.isArray(before.enum) && Array.isArray(now.enum) ? before.enum : [];
  const taken = new Set<unknown>(Array.isArray(now.enum) ? now.enum : values);
  const needed = requiredOf(now).filter((name) => !requiredOf(before).includes(name));
  return [
    ...lost.map((type) => `type ${String(type)} is gone`),
    ...values.filter((value) => !taken.has(value)).map((value) => `value ${String(value)} is gone`),
    ...failing('enum' in before || !('enum' in now), 'values became fixed'),
    ...needed.map((name) => `${String(name)} became required`),
  ];
}

/** Why a config of an older version might not fit a newer one; empty where all still fit. */
export function incompatibilities(before: Schema, now: Schema, path = ''): readonly string[] {
  const inner = (name: string, old: Schema, current: Schema | undefined): readonly string[] =>
    current === undefined ? [`${name} is gone`] : incompatibilities(old, current, name);
  return [
    ...narrowed(before, now).map((problem) => `${path || 'the root'}: ${problem}`),
    ...Object.entries(propertiesOf(before)).flatMap(([name, old]) =>
      inner(`${path}/${name}`, old, propertiesOf(now)[name]),
    ),
    ...variantsOf(before).flatMap((old, index) =>
      inner(`${path}#${index}`, old, sameVariant(before, now, old)),
    ),
    ...(isSchema(before.items)
      ? inner(`${path}[]`, before.items, isSchema(now.items) ? now.items : undefined)
      : []),
  ];
}
