import type { StreamContract } from '../../../streams/contract.ts';
import type { Dialect, ObjectField, Warehouse } from '../../../warehouse/warehouse.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import { type BroughtRows, type Comparison, modelRows, ownColumns } from './delta-sql.ts';
import type { RowSql } from './row-sql.ts';

/**
 * Where snapshots are kept by another engine than the warehouse's, each model is evaluated once into a table of the
 * session; what is compared of its rows is brought to the engine, and the fields of those that differ follow.
 */

/** One model's rows, there and here. */
interface Brought {
  readonly model: ModelPlan;
  /** SQL of the table in the warehouse. */
  readonly there: string;
  /** SQL of the tables in the engine: of all rows, of the fields of some, and of both. */
  readonly rows: string;
  readonly fields: string;
  readonly row: RowSql;
}

/** What is brought from where to where. */
export interface Way {
  readonly warehouse: Warehouse;
  readonly store: Warehouse;
  readonly contract: StreamContract;
}

/** Texts that a row is compared by, and its number. */
const compared = ['n', ...ownColumns] as const;

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const fieldName = (index: number): string => `f${index}`;

/** The fields whose JSON the warehouse makes, and what an event's message id is made of. */
const fieldNames = ({ fields }: RowSql): string[] => [
  ...fields.map((_, index) => fieldName(index)),
  'identity',
];

/** Evaluates the models and brings what their rows are compared by. */
export async function bring(
  way: Way,
  comparison: Pick<Comparison, 'recipe' | 'ignored' | 'alreadySent'>,
  models: readonly ModelPlan[],
): Promise<readonly Brought[]> {
  const brought: Brought[] = [];
  for (const [index, model] of models.entries()) {
    const name = `nexus_customer_io_${way.contract.name}_${index}`;
    const there = await evaluate(way, comparison, { model, name });
    const { row } = there;
    const one = { model, there: there.table, rows: `${name}_rows`, fields: `${name}_fields`, row };
    await emptyTable(way.store, one.rows, compared);
    await emptyTable(way.store, one.fields, ['n', ...fieldNames(row)]);
    const lines = linesSql(way.warehouse.dialect, one.there, travelling(way.warehouse.dialect));
    await load(way, { lines, into: one.rows, columns: compared });
    brought.push(one);
  }
  return brought;
}

/** Each model once: a table of the session needs no privilege of its own. */
async function evaluate(
  { warehouse, contract }: Way,
  comparison: Pick<Comparison, 'recipe' | 'ignored' | 'alreadySent'>,
  { model, name }: { readonly model: ModelPlan; readonly name: string },
): Promise<{ readonly table: string; readonly row: RowSql }> {
  const { dialect } = warehouse;
  const { ctes, row, own } = modelRows({ ...comparison, dialect, contract }, model);
  const all = ownColumns.map((column) => `${own(column)} AS "${column}"`);
  const fields = row.fields.map(({ name: field, sql }, index) => {
    const isOwnId = field === 'messageId' && contract.syncType === 'track';
    return `${isOwnId ? `CAST(NULL AS ${dialect.types.made.text})` : sql} AS "${fieldName(index)}"`;
  });
  const number = `ROW_NUMBER() OVER (ORDER BY ${own('key')}, ${own('hash')}, ${own('time')}) AS "n"`;
  const table = dialect.quoteIdentifier(name);
  await warehouse.execute(
    dialect.ddl.temporaryTable(
      table,
      `WITH ${ctes}\nSELECT ${[number, ...all, ...fields, `${row.identity} AS "identity"`].join(', ')} FROM ${own('rows')}`,
    ),
  );
  return { table, row };
}

/** A table of texts in the engine, in place of one of that name. */
export async function emptyTable(
  { dialect, execute }: Warehouse,
  table: string,
  columns: readonly string[],
): Promise<void> {
  const texts = columns.map((name) => `CAST(NULL AS ${dialect.types.made.text}) AS "${name}"`);
  await execute(dialect.ddl.temporaryTable(table, `SELECT ${texts.join(', ')} WHERE 1 = 0`));
}

function travelling({ snapshot, time, text }: Dialect): ObjectField[] {
  return compared.map((name) => {
    if (name === 'n') return { name, sql: text.cast('"n"') };
    if (name === 'time') return { name, sql: snapshot.json(time.print('"time"')) };
    const isTruth = name === 'removed' || name === 'known';
    return {
      name,
      sql: isTruth ? `CASE WHEN "${name}" THEN 'true' ELSE 'false' END` : snapshot.json(`"${name}"`),
    };
  });
}

/** A query of JSON objects, each a line. */
export const linesSql = ({ json }: Dialect, table: string, fields: readonly ObjectField[]): string =>
  `SELECT ${json.line('', fields, '')} AS "line" FROM ${table}`;

interface Load {
  readonly lines: string;
  /** A table, and its columns. */
  readonly into: string;
  readonly columns: readonly string[];
}

/** Brings a query's lines into a table of the engine. */
export async function load(
  { warehouse, store }: Pick<Way, 'warehouse' | 'store'>,
  { lines, into, columns }: Load,
): Promise<void> {
  for await (const { bytes } of warehouse.lines(lines)) await store.load(into, columns, bytes);
}

/** The models' rows for a comparison, with the fields that have come so far. */
export function broughtBy(
  { dialect }: Warehouse,
  brought: readonly Brought[],
): (model: ModelPlan) => BroughtRows {
  return (model) => {
    const found = brought.find((each) => each.model === model);
    if (found === undefined) throw new Error(`The model "${model.label}" was not brought.`);
    const names = fieldNames(found.row);
    const own = ownColumns.filter((name) => !['time', 'removed', 'known'].includes(name));
    const table = `(SELECT "rows"."n", ${own.map((name) => `"rows"."${name}"`).join(', ')}, CAST("time" AS ${dialect.types.made.timestamp}) AS "time",
  "removed" = 'true' AS "removed", "known" = 'true' AS "known", ${quoted(names)} FROM ${found.rows} AS "rows" LEFT JOIN ${found.fields} AS "fields" ON "fields"."n" = "rows"."n")`;
    const fields = found.row.fields.map((field, index) => ({ ...field, sql: `"${fieldName(index)}"` }));
    const compared = found.row.compared.map(({ name }) => {
      const field = fieldName(found.row.fields.findIndex((each) => each.name === name));
      return { name, value: { name: field, type: dialect.types.made.text, json: `"${field}"` } };
    });
    return { table, row: { ...found.row, fields, compared, identity: '"identity"' } };
  };
}

/** So many rows are named in one question. */
const block = 2000;

/** Brings the fields of the rows that are to be sent: one by one while they are few, else all. */
export async function bringFields(way: Way, brought: readonly Brought[], sent: string): Promise<void> {
  for (const each of brought) {
    const columns = ['n', ...fieldNames(each.row)];
    await emptyTable(way.store, each.fields, columns);
    const label = way.store.dialect.quoteString(each.model.label);
    const wanted = `FROM ${sent} WHERE "model" = ${label} AND "action" IS NOT NULL`;
    for await (const condition of conditions(way, each, wanted)) {
      const fields = columns.map((name) => ({ name, sql: jsonOf(way.warehouse.dialect, name) }));
      const lines = `${linesSql(way.warehouse.dialect, each.there, fields)}${condition}`;
      await load(way, { lines, into: each.fields, columns });
    }
  }
}

const jsonOf = ({ snapshot, text }: Dialect, name: string): string =>
  name === 'n' ? text.cast('"n"') : snapshot.json(`"${name}"`);

async function* conditions({ store }: Way, { rows }: Brought, wanted: string): AsyncGenerator<string> {
  const [count] = await store.rows(
    `SELECT (SELECT COUNT(*) ${wanted}) AS "wanted", (SELECT COUNT(*) FROM ${rows}) AS "rows"`,
  );
  const number = Number(count?.wanted ?? 0);
  if (number === 0) return;
  if (number * 2 > Number(count?.rows ?? 0)) {
    yield '';
    return;
  }
  for (let last = ''; ; ) {
    const some = await store.rows(
      `SELECT "n" FROM (SELECT "n" ${wanted}) AS "all" WHERE "n" > ${store.dialect.quoteString(last)} ORDER BY "n" LIMIT ${block}`,
    );
    if (some.length === 0) return;
    yield ` WHERE "n" IN (${some.map(({ n }) => n).join(', ')})`;
    last = some.at(-1)?.n ?? last;
  }
}
