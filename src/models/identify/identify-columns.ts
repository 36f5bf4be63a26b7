import { configError } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import type { Column, Dialect, Relation } from '../../warehouse/warehouse.ts';
import { findByName, requireColumn } from '../relation-lookup.ts';
import type { IdentifyParameters } from './identify-parameters.ts';

/** The columns of nexus_entities that are never traits. */
const SYSTEM_COLUMNS: readonly string[] = ['entity_id', 'entity_type', '_processed_at', 'traits_entity_id'];

/**
 * Customer.io's reserved name for what nexus calls otherwise; and the name that the specification's query reads,
 * which no trait may take from nexus' own column.
 */
const DEFAULT_RENAMES: Readonly<Record<string, string>> = {
  _created_at: 'created_at',
  _updated_at: '_updated_at',
};

export interface Trait {
  readonly column: Column;
  readonly output: string;
}

/** A column, or SQL over the table's columns: the macro puts its text where a column would stand. */
export type Operand = Column | { readonly expression: string };

export interface IdentifyColumns {
  readonly userId: Operand;
  readonly anonymousId: Operand | undefined;
  readonly dedupe: Operand;
  readonly traits: readonly Trait[];
  readonly notes: readonly string[];
}

/** Decides which column of nexus_entities goes out, and under which name. */
export function identifyColumns(
  parameters: IdentifyParameters,
  relation: Relation,
  dialect: Dialect,
): IdentifyColumns {
  const operand = (parameter: string, text: string) => requireOperand(parameter, text, relation, dialect);
  const userId = operand('user_id_column', parameters.user_id_column);
  const anonymous = parameters.anonymous_id_column;
  const anonymousId = anonymous === null ? undefined : operand('anonymous_id_column', anonymous);

  const notes: string[] = [];
  const ignored = ignoredColumns(parameters.ignore_traits, relation, dialect, notes);
  const candidates = relation.columns.filter(
    (column) => !isSystem(column) && column !== userId && column !== anonymousId && !ignored.has(column),
  );
  const contract = ['userId', ...(anonymousId === undefined ? [] : ['anonymousId']), 'timestamp'];
  const naming = { relation, candidates, dialect, notes };
  const renames = explicitRenames(parameters.rename_traits, naming);
  const traits = nameTraits(renames, contract, naming);
  const named = { userId, anonymousId, traits };
  return { ...named, dedupe: dedupeOperand(parameters.dedupe_column, named, relation, dialect), notes };
}

/** What no column's name holds unless it is quoted tells SQL from a name that is spelled wrong. */
const expressionMarks = /[("'.|:]/;

function requireOperand(parameter: string, text: string, relation: Relation, dialect: Dialect): Operand {
  const column = findByName(text, relation.columns, dialect);
  if (column === undefined && expressionMarks.test(text)) return { expression: text };
  return column ?? requireColumn(parameter, text, relation, dialect);
}

/** A column of the table, ignored and renamed ones too; else, as in the macro, the name that it has in the output. */
function dedupeOperand(
  name: string,
  { userId, anonymousId, traits }: Pick<IdentifyColumns, 'userId' | 'anonymousId' | 'traits'>,
  relation: Relation,
  dialect: Dialect,
): Operand {
  const outputs = new Map<string, Operand>(
    traits.map(({ column, output }) => [compared(output, dialect), column]),
  );
  outputs.set(compared('userId', dialect), userId);
  if (anonymousId !== undefined) outputs.set(compared('anonymousId', dialect), anonymousId);
  return (
    findByName(name, relation.columns, dialect) ??
    outputs.get(compared(name, dialect)) ??
    requireColumn('dedupe_column', name, relation, dialect)
  );
}

interface Naming {
  readonly relation: Relation;
  readonly candidates: readonly Column[];
  readonly dialect: Dialect;
  readonly notes: string[];
}

/** Whether nexus has the column for itself: it is never a trait. */
export function isSystem(column: Column): boolean {
  return SYSTEM_COLUMNS.includes(column.name.toLowerCase());
}

function ignoredColumns(names: readonly string[], relation: Relation, dialect: Dialect, notes: string[]) {
  const ignored = new Set<Column>();
  for (const name of names) {
    const column = findByName(name, relation.columns, dialect);
    if (column === undefined) notes.push(`ignore_traits: ${noColumn(name, relation)}`);
    else ignored.add(column);
  }
  return ignored;
}

function noColumn(name: string, relation: Relation): string {
  const near = didYouMean(
    name,
    relation.columns.map((column) => column.name),
  );
  return `${relation.name} has no column "${name}".${near}`;
}

function explicitRenames(given: Readonly<Record<string, string>>, naming: Naming): Map<Column, string> {
  const renames = new Map<Column, string>();
  for (const [name, output] of Object.entries(given)) {
    const column = findByName(name, naming.relation.columns, naming.dialect);
    if (column === undefined) naming.notes.push(`rename_traits: ${noColumn(name, naming.relation)}`);
    else if (naming.candidates.includes(column)) renames.set(column, output);
    else naming.notes.push(`rename_traits: "${name}" is not among the traits, so its new name is not used.`);
  }
  return renames;
}

/** Who holds an output name: a contract column, or a trait by its source column. */
type Holders = Map<string, string>;

function nameTraits(renames: Map<Column, string>, contract: readonly string[], naming: Naming): Trait[] {
  const { candidates, dialect, notes } = naming;
  const holders: Holders = new Map(
    contract.map((name) => [compared(name, dialect), `the column "${name}" that every record has`]),
  );
  const claims = (column: Column, output: string, why: string) => claim(holders, column, output, why, naming);
  for (const [column, output] of renames) claims(column, output, 'rename_traits');

  const defaults = defaultRenames(renames, naming);
  for (const [column, output] of defaults) claims(column, output, 'the default rename');

  const outputs = new Map([...renames, ...defaults]);
  for (const [column, output] of ownNames(outputs, naming)) {
    const holder = holders.get(compared(output, dialect));
    if (holder === undefined) {
      outputs.set(column, output);
      continue;
    }
    refuseRenameOnto(column, output, renames, naming);
    notes.push(
      `The column "${column.name}" is not sent: its name is taken by ${holder}. Give it another name in rename_traits, or list it in ignore_traits.`,
    );
  }
  return candidates.flatMap((column) => {
    const output = outputs.get(column);
    return output === undefined ? [] : [{ column, output }];
  });
}

function claim(holders: Holders, column: Column, output: string, why: string, naming: Naming): void {
  const key = compared(output, naming.dialect);
  const holder = holders.get(key);
  if (holder !== undefined) throw collision(column, output, holder, why);
  holders.set(key, `the column "${column.name}" (by ${why})`);
}

function collision(column: Column, output: string, holder: string, why: string): Error {
  return configError(
    `customer_io_identify: ${why} names the column "${column.name}" "${output}", which is also ${holder}. ` +
      `Choose another name in rename_traits, or list one of the two in ignore_traits.`,
  );
}

/** A rename that a person wrote must not silently push out a column that bears the name already. */
function refuseRenameOnto(
  column: Column,
  output: string,
  renames: Map<Column, string>,
  naming: Naming,
): void {
  const key = compared(output, naming.dialect);
  const rename = [...renames].find(([, name]) => compared(name, naming.dialect) === key);
  if (rename === undefined) return;
  throw collision(rename[0], rename[1], `the name of the column "${column.name}"`, 'rename_traits');
}

function defaultRenames(renames: Map<Column, string>, naming: Naming): Map<Column, string> {
  const defaults = new Map<Column, string>();
  for (const [name, output] of Object.entries(DEFAULT_RENAMES)) {
    const column = findByName(naming.dialect.foldIdentifier(name), naming.candidates, naming.dialect);
    if (column !== undefined && !renames.has(column)) defaults.set(column, output);
  }
  return defaults;
}

/** The columns that no rename names, in lower case as nexus writes them, unless two would then be one. */
function ownNames(renamed: Map<Column, string>, { candidates, dialect }: Naming): [Column, string][] {
  const counts = new Map<string, number>();
  const rest = candidates.filter((column) => !renamed.has(column));
  for (const { name } of rest)
    counts.set(lowered(name, dialect), (counts.get(lowered(name, dialect)) ?? 0) + 1);
  return rest.map((column) => {
    const name = lowered(column.name, dialect);
    return [column, (counts.get(name) ?? 0) > 1 ? column.name : name];
  });
}

/** A column that was made with quotes, as it is another without them, keeps the case that it was given. */
function lowered(name: string, dialect: Dialect): string {
  const isQuoted = compared(dialect.foldIdentifier(name), dialect) !== compared(name, dialect);
  return isQuoted ? name : name.toLowerCase();
}

const compared = (name: string, dialect: Dialect): string => dialect.query.nameKey(name);
