import { isJsonObject } from '../json/json-object.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A setting that a new sync file must have. */
export interface NeededSetting {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly example: string;
  readonly isSecret: boolean;
}

const textIn = (schema: Schema, key: string): string => {
  const value = schema[key];
  return typeof value === 'string' ? value : '';
};

/** What a warehouse's form requires beside its type, where no default stands for it. */
export function neededSettings(form: Schema): NeededSetting[] {
  const { properties, required } = form;
  const fields = isJsonObject(properties) ? properties : {};
  const names = Array.isArray(required) ? required.map(String) : [];
  return names.flatMap((name) => {
    const field = fields[name];
    if (
      !isJsonObject(field) ||
      field.const !== undefined ||
      field.default !== undefined ||
      Array.isArray(field.oneOf)
    )
      return [];
    const [example] = Array.isArray(field.examples) ? field.examples : [];
    return {
      name,
      title: textIn(field, 'title'),
      description: textIn(field, 'description'),
      example: typeof example === 'string' ? example : '',
      isSecret: field.airbyte_secret === true,
    };
  });
}

/** The first choice of a form that has several, such as the ways to log in: its name and its form. */
function firstChoices(form: Schema): readonly (readonly [string, Schema])[] {
  const fields = isJsonObject(form.properties) ? Object.entries(form.properties) : [];
  return fields.flatMap(([name, field]) => {
    const [first] = isJsonObject(field) && Array.isArray(field.oneOf) ? field.oneOf : [];
    return isJsonObject(first) ? [[name, first] as const] : [];
  });
}

/** The constants of a form: `type`, `auth_type`. */
function constants(form: Schema): readonly (readonly [string, string])[] {
  const fields = isJsonObject(form.properties) ? Object.entries(form.properties) : [];
  return fields.flatMap(([name, field]) =>
    isJsonObject(field) && typeof field.const === 'string' ? [[name, field.const] as const] : [],
  );
}

export interface NewSyncFile {
  /** The form of the warehouse. */
  readonly form: Schema;
  /** What is known of its settings, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly region: string;
  /** Where the schema for editors lies. */
  readonly schema: string;
}

/** A commented sync file. No secret is in it: they are variables of the environment. */
export function newSyncFile({ form, values, region, schema }: NewSyncFile): string {
  return `# yaml-language-server: $schema=${schema}
# \${NAME} is an environment variable. Paths start at the folder of this file.
source:
  warehouse:
${warehouseLines(form, values, '    ').join('\n')}
  # Without persons, objects, relationships and events, everything that the warehouse has is sent.
  # models: models             # a folder with SQL models of your own
  # project_dir: ../dbt        # a dbt project
destination:
  site_id: \${CUSTOMER_IO_SITE_ID}
  api_key: \${CUSTOMER_IO_API_KEY}
  region: ${region}                   # us or eu
  # endpoint: http://127.0.0.1:8040   # a local Customer.io: nexus-customer-io simulate
state: state.json              # for this warehouse and this destination only
`;
}

function warehouseLines(
  form: Schema,
  values: Readonly<Record<string, string>>,
  indent: string,
  prefix = '',
): string[] {
  const kind = constants(form).find(([name]) => name === 'type')?.[1] ?? prefix;
  return [
    ...constants(form).map(([name, value]) => `${indent}${name}: ${value}`),
    ...neededSettings(form).map(({ name, example, description, isSecret }) => {
      const variable = `\${${kind}_${name}}`.toUpperCase();
      const value = isSecret ? variable : scalar(values[name] ?? example);
      return `${indent}${name}: ${value}   # ${description}`;
    }),
    ...firstChoices(form).flatMap(([name, choice]) => [
      `${indent}${name}:`,
      ...warehouseLines(choice, values, `${indent}  `, kind),
    ]),
  ];
}

/** In quotes where YAML would take it for something else. */
const scalar = (text: string): string =>
  /^[\w./-]*[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null)$/i.test(text)
    ? text
    : JSON.stringify(text);
