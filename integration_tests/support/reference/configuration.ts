import { destinationSpec } from '../../../src/destination/spec.ts';
import { sourceSpec } from '../../../src/source/spec.ts';
import { syncFileSettings } from '../../../src/sync/sync-file.ts';
import { isSchema, type Schema } from '../spec-rules.ts';
import { table } from './table.ts';

/** A table of settings with a heading: the fields of one object of the configuration. */
interface Section {
  readonly heading: string;
  readonly description: string;
  readonly form: Schema;
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const branchesOf = (schema: Schema): Schema[] => list(schema.oneOf).filter(isSchema);
const fieldsOf = (form: Schema): (readonly [string, Schema])[] =>
  Object.entries(form.properties ?? {}).flatMap(([name, field]) =>
    isSchema(field) ? [[name, field] as const] : [],
  );

function typeOf(field: Schema): string {
  if (field.const !== undefined) return code(field.const);
  if (Array.isArray(field.enum)) return field.enum.map(code).join(', ');
  if (field.type === 'array') return `list of ${isSchema(field.items) ? itemOf(field.items) : 'values'}`;
  if (field.type === 'integer') return `whole number, ${rangeOf(field)}`;
  if (field.type === 'boolean') return '`true`, `false`';
  return [field.type]
    .flat()
    .filter((type) => type !== 'null')
    .map(text)
    .join(', ');
}

const itemOf = (items: Schema): string => (items.type === 'string' ? 'strings' : 'objects');

const rangeOf = ({ minimum, maximum }: Schema): string =>
  `${Number(minimum).toLocaleString('en')} to ${Number(maximum).toLocaleString('en')}`;

function defaultOf(name: string, field: Schema, form: Schema): string {
  if (list(form.required).includes(name)) return '**required**';
  const { default: fallback } = field;
  const isEmpty = fallback === undefined || ['{}', '[]'].includes(JSON.stringify(fallback));
  return isEmpty ? '' : code(fallback);
}

function meaningOf(field: Schema): string {
  const examples = list(field.examples).map(code).join(', ');
  return [
    text(field.description).replaceAll('<', '&lt;'),
    examples === '' ? '' : `Example: ${examples}.`,
    field.airbyte_secret === true ? '*Secret.*' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function settingsTable(form: Schema, fields: readonly (readonly [string, Schema])[]): string {
  return table(
    ['setting', 'type', 'default', 'meaning'],
    fields.map(([name, field]) => [
      code(name),
      typeOf(field),
      defaultOf(name, field, form),
      field.const === undefined ? meaningOf(field) : text(form.description),
    ]),
  );
}

/** The objects inside of a field: its own, each kind that it may be, or what its list holds. */
function innerSections(path: string, field: Schema): Section[] {
  if (isSchema(field.items)) return innerSections(`${path}[]`, field.items);
  const branches = branchesOf(field);
  if (branches.length > 0) return branches.flatMap((branch) => branchSections(path, branch));
  if (fieldsOf(field).length === 0) return [];
  return sectionAndInner(code(path), path, field);
}

function branchSections(path: string, branch: Schema): Section[] {
  const [kind] = fieldsOf(branch).filter(([, field]) => field.const !== undefined);
  const heading =
    kind === undefined ? code(path) : `${code(path)} with ${code(`${kind[0]}: ${kind[1].const}`)}`;
  return sectionAndInner(heading, path, branch);
}

function sectionAndInner(heading: string, path: string, form: Schema): Section[] {
  return [
    { heading, description: text(form.description), form },
    ...fieldsOf(form).flatMap(([name, field]) => innerSections(`${path}.${name}`, field)),
  ];
}

/** Streams take the same definitions: one section under all of their names. */
function merged(sections: readonly Section[]): Section[] {
  const same = new Map<string, Section>();
  for (const section of sections) {
    const key = JSON.stringify(section.form);
    const before = same.get(key);
    const heading = before === undefined ? section.heading : joined(before.heading, section.heading);
    same.set(key, { ...section, heading });
  }
  return [...same.values()];
}

function joined(before: string, heading: string): string {
  const [names = '', ...kind] = before.split(' with ');
  return [`${names}, ${heading.split(' with ')[0]}`, ...kind].join(' with ');
}

function connectorText(title: string, form: Schema): string {
  const fields = fieldsOf(form);
  const groups = list(form.groups).filter(isSchema);
  const grouped = groups.map(({ id, title: name }) => {
    const members = fields.filter(([, field]) => field.group === id);
    return `### ${text(name)}\n\n${settingsTable(form, members)}`;
  });
  const inner = merged(fields.flatMap(([name, field]) => innerSections(name, field))).map(
    (section) => `### ${section.heading}\n\n${settingsTable(section.form, fieldsOf(section.form))}`,
  );
  return [`## ${title}`, ...grouped, ...inner].join('\n\n');
}

const formOf = ({ connectionSpecification: form }: { connectionSpecification: unknown }): Schema => {
  if (!isSchema(form)) throw new Error('no connectionSpecification');
  return form;
};

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const settings = Object.entries(syncFileSettings).map(([name, meaning]) => [code(name), meaning]);
  return `${[
    '# Configuration reference',
    '<!-- Written by `npm run docs` from the schemas that check the configuration. Do not edit. -->',
    'In the headings, `a.b` is the setting `b` inside `a`, and `a[]` is each entry of the list `a`.',
    '## sync.yaml',
    `\`$\{NAME}\` stands for an environment variable, \`$$\{\` for \`$\{\` itself. Relative paths start at the folder of the file. Every setting here is required.`,
    table(['setting', 'meaning'], settings),
    connectorText('Source', formOf(sourceSpec())),
    connectorText('Destination', formOf(destinationSpec())),
  ].join('\n\n')}\n`;
}
