import { entityColumn } from '../../models/identify/identify.ts';
import { removedAtColumn, type StreamContract } from '../../streams/contract.ts';
import type { Column, Dialect, JsonField } from '../../warehouse/warehouse.ts';
import type { ModelPlan } from '../plan/plan.ts';
import { columnsAmong, eventIdentity, hasOwnId, type IdRecipe, ownIds, textOf } from './event-identity.ts';

export interface NamedField extends JsonField {
  readonly name: string;
}

/** Quoted names for what stands beside the model's columns: none is a word of its SQL or a column of its own. */
export interface OwnNames {
  readonly model: string;
  readonly rows: string;
  /** The cursor's timestamp and key. */
  readonly ts: string;
  readonly key: string;
}

export function ownNames(dialect: Dialect, { compiled, columns }: ModelPlan): OwnNames {
  const taken = [compiled.sql, ...columns.map(({ name }) => name)].join('\n').toLowerCase();
  const free = (name: string): string => {
    let own = name;
    while (taken.includes(own)) own += '_';
    return dialect.quoteIdentifier(own);
  };
  return { model: free('__model'), rows: free('__rows'), ts: free('__timestamp'), key: free('__key') };
}

/** The record's fields in the model's order; events get their message id. */
export function recordFields(dialect: Dialect, contract: StreamContract, model: ModelPlan): NamedField[] {
  const row = rowName(dialect, contract, model);
  const keys = keyColumns(contract, model);
  const sent = model.columns.filter(({ name }) => name !== entityColumn);
  const fields = sent.map((column) => {
    const place = { row, isKey: keys.includes(column), onBad: model.onBad ?? 'fail' };
    return asObject({ name: column.name, ...dialect.json.field(column, place) });
  });
  if (contract.name !== 'events') return fields;
  const others = fields.filter((field) => field.name !== 'messageId');
  // The row's key is its message id. A ULID is letters and digits: quotes make it JSON.
  const sql = `concat('"', ${ownNames(dialect, model).key}, '"')`;
  return [{ name: 'messageId', schema: { type: 'string' }, sql }, ...others];
}

/**
 * The fields that are sent: those that are asked for, and those that a record cannot be without. A column that no SQL
 * names is not read.
 */
export function sentFields(
  { primaryKey, required, cursor }: StreamContract,
  { selected }: ModelPlan,
  fields: readonly NamedField[],
): readonly NamedField[] {
  if (selected === undefined) return fields;
  const kept = new Set([...primaryKey, ...required, cursor, removedAtColumn, ...selected]);
  return fields.filter(({ name }) => kept.has(name));
}

/** The fields that may make an event's message id: an event without an id of its own is known by its whole row. */
export function identityFields(
  contract: StreamContract,
  model: ModelPlan,
  fields: readonly NamedField[],
): NamedField[] {
  const others = fields.filter(({ name }) => name !== 'messageId');
  return hasOwnId(model) ? [...sentFields(contract, model, others)] : others;
}

/** The columns that say whom or what a record is about. */
function keyColumns({ primaryKey, required, optional }: StreamContract, { columns }: ModelPlan): Column[] {
  const names = [...primaryKey, ...required, ...optional, ...ownIds];
  return columns.filter(({ name }) => name !== 'relationshipAttributes' && names.includes(name));
}

/** A JSON column may hold anything; relationship attributes are an object by contract. */
function asObject(field: NamedField): NamedField {
  const { type } = field.schema;
  const open = Array.isArray(type) && type.includes('object');
  return open && field.name === 'relationshipAttributes'
    ? { ...field, schema: { type: ['null', 'object'] } }
    : field;
}

/** SQL of the record's time in UTC. */
function timestampOf(dialect: Dialect, model: ModelPlan): string {
  return dialect.time.utc(dialect.quoteIdentifier('timestamp'), timestampType(model));
}

/** SQL of the same with every digit, which the cursor goes by. */
export function cursorOf(dialect: Dialect, model: ModelPlan): string {
  return dialect.time.cursor(dialect.quoteIdentifier('timestamp'), timestampType(model));
}

/** The type of the model's column `timestamp`. */
export const timestampType = ({ columns }: ModelPlan): string =>
  columns.find(({ name }) => name === 'timestamp')?.type ?? '';

/** SQL that names a row to a person, from columns that every row of the stream has. Bytes may stand as they print. */
function rowName(dialect: Dialect, contract: StreamContract, model: ModelPlan): string {
  const columns = columnsAmong(model, [...contract.required, ...contract.optional]);
  const texts = columns.map((column) => {
    const sql = dialect.quoteIdentifier(column.name);
    const text = dialect.types.isText(column.type) ? dialect.text.exact(sql, column) : dialect.text.cast(sql);
    return `COALESCE(${text}, '')`;
  });
  return `(${texts.join(` || '|' || `)})`;
}

/** SQL of what tells rows of one timestamp apart; an event's is its message id. */
export function keyOf(
  dialect: Dialect,
  contract: StreamContract,
  model: ModelPlan,
  fields: readonly NamedField[],
  recipe: IdRecipe,
): string {
  if (contract.name !== 'events') {
    return textOf(dialect, columnsAmong(model, [...contract.primaryKey, 'anonymousId']));
  }
  const identity = eventIdentity(dialect, model, identityFields(contract, model, fields), recipe);
  return dialect.text.ulid(timestampOf(dialect, model), identity);
}
