import { removedAtColumn, type StreamContract } from '../../../streams/contract.ts';
import { namedValuesSql } from '../../../warehouse/bad-value.ts';
import type { Dialect, HashedColumn } from '../../../warehouse/warehouse.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import { eventIdentity, type IdRecipe, ownIds } from '../../record-line/event-identity.ts';
import {
  cursorOf,
  identityFields,
  type NamedField,
  recordFields,
  sentFields,
} from '../../record-line/record-fields.ts';
import { isSnapshotColumn } from './columns.ts';

/** What ends each name and each part of a key. Names in a warehouse have no such character. */
export const separator = 'CHR(31)';

/** A column that counts in a comparison, where the SQL of its value may go by another name than its own. */
export interface ComparedColumn {
  readonly name: string;
  readonly value: HashedColumn;
}

/** SQL over one model's rows, whose own columns it can still name: what a snapshot keeps of a row. */
export interface RowSql {
  readonly key: string;
  /** The key as it is spelled. */
  readonly spelled: string;
  readonly hash: string;
  /** The columns that the hash is made of; none of an event. */
  readonly compared: readonly ComparedColumn[];
  /** The names of the attributes that have a value, each closed by a separator. */
  readonly shape: string;
  /** The record's time, in UTC without a zone. */
  readonly time: string;
  /** Whose row it is, as far as people can become others: persons and events. */
  readonly person: string;
  /** Whether the row itself says that it was removed. */
  readonly isRemoved: string;
  readonly fields: readonly NamedField[];
  /** Of an event: what its message id is made of. */
  readonly identity: string;
}

const has = ({ columns }: ModelPlan, name: string): boolean => columns.some((column) => column.name === name);

const blanks = `CONCAT(' ', CHR(9), CHR(10), CHR(13))`;

/** Identifiers without white space around them: the destination trims them, and two spellings are one thing. */
function partOf(dialect: Dialect, { columns }: ModelPlan, name: string): string {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return `''`;
  return `TRIM(COALESCE(${dialect.text.exact(dialect.quoteIdentifier(name), column)}, ''), ${blanks})`;
}

/** An email address is one in any case. */
const folded = (user: string): string => `CASE WHEN ${user} LIKE '%@%' THEN LOWER(${user}) ELSE ${user} END`;

/** Parts of a key joined; each SQL of a text. */
const joined = (parts: readonly string[]): string => parts.join(` || ${separator} || `);

function keyParts(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  fold: (user: string) => string,
): string {
  const parts = contract.primaryKey.map((name) => {
    const part = partOf(dialect, model, name);
    return name === 'userId' ? fold(part) : part;
  });
  // Someone who is known by an anonymous id alone.
  if (contract.syncType !== 'identify' || !has(model, 'anonymousId')) return `(${joined(parts)})`;
  const user = partOf(dialect, model, 'userId');
  const anonymous = joined([`''`, partOf(dialect, model, 'anonymousId')]);
  return `(CASE WHEN ${user} = '' THEN ${anonymous} ELSE ${joined(parts)} END)`;
}

/** An event is the same one whatever becomes of its person, its time and its properties. */
function eventKey(dialect: Dialect, model: ModelPlan, identity: string): string {
  const own = [...ownIds, 'messageId'].find((name) => has(model, name));
  if (own === undefined) return dialect.text.hash(identity);
  const id = partOf(dialect, model, own);
  return dialect.text.hash(`CASE WHEN ${id} = '' THEN ${identity} ELSE ${id} END`);
}

const isAttribute = ({ columnNames }: StreamContract, name: string): boolean =>
  !columnNames.some((each) => each === name) && !isSnapshotColumn(name);

/** A person's anonymousId becomes an attribute of this name. */
function anonymousPart(dialect: Dialect, { syncType }: StreamContract, model: ModelPlan): string[] {
  if (syncType !== 'identify' || !has(model, 'anonymousId')) return [];
  const id = partOf(dialect, model, 'anonymousId');
  return [`CASE WHEN ${id} = '' THEN '' ELSE 'anonymous_id' || ${separator} END`];
}

function shapeOf(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  fields: readonly NamedField[],
): string {
  if (contract.syncType === 'track') return `''`;
  if (contract.columns.some(({ role }) => role === 'relation')) {
    const relation = fields.find(({ name }) => name === 'relationshipAttributes');
    return relation === undefined ? `''` : dialect.snapshot.names(namedValuesSql(relation.sql));
  }
  const names = model.columns.map(({ name }) => name).filter((name) => isAttribute(contract, name));
  const sent = new Set(fields.map(({ name }) => name));
  // A column that is not read is as one that has a value: it says nothing, and must not unset what Customer.io holds.
  const parts = names.map((name) => {
    const closed = `${dialect.quoteString(name)} || ${separator}`;
    return sent.has(name)
      ? `CASE WHEN ${dialect.quoteIdentifier(name)} IS NULL THEN '' ELSE ${closed} END`
      : closed;
  });
  const all = [...parts, ...anonymousPart(dialect, contract, model)];
  return all.length === 0 ? `''` : `CONCAT('', ${all.join(', ')})`;
}

function comparedColumns(
  { syncType }: StreamContract,
  { columns }: ModelPlan,
  fields: readonly NamedField[],
  ignored: ReadonlySet<string>,
): ComparedColumn[] {
  if (syncType === 'track') return [];
  const json = new Map(fields.map(({ name, sql }) => [name, sql]));
  return columns
    .filter(({ name }) => json.has(name) && !ignored.has(name))
    .map((column) => ({
      name: column.name,
      value: { ...column, json: json.get(column.name) ?? '' },
    }));
}

/** What a snapshot of the model's rows is made of. */
export function rowSql(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  { recipe, ignored }: { readonly recipe: IdRecipe; readonly ignored: ReadonlySet<string> },
): RowSql {
  const all = recordFields(dialect, contract, model);
  const fields = sentFields(contract, model, all);
  const others = identityFields(contract, model, all);
  const isEvent = contract.syncType === 'track';
  const identity = isEvent ? eventIdentity(dialect, model, others, recipe) : `''`;
  const user = partOf(dialect, model, 'userId');
  const compared = comparedColumns(contract, model, fields, ignored);
  return {
    key: isEvent ? eventKey(dialect, model, identity) : keyParts(dialect, contract, model, folded),
    spelled: isEvent
      ? `CAST(NULL AS ${dialect.types.made.text})`
      : keyParts(dialect, contract, model, (part) => part),
    hash: isEvent
      ? `CAST(NULL AS ${dialect.types.made.text})`
      : dialect.snapshot.hash(compared.map(({ value }) => value)),
    compared,
    shape: shapeOf(dialect, contract, model, fields),
    time: cursorOf(dialect, model),
    person: folded(user),
    isRemoved: has(model, removedAtColumn)
      ? `${dialect.quoteIdentifier(removedAtColumn)} IS NOT NULL`
      : 'FALSE',
    fields,
    identity,
  };
}
