import type { DuckDBConnection } from '@duckdb/node-api';
import { parseExactJson } from '../../../json/exact-json.ts';
import { isJsonObject } from '../../../json/json-object.ts';
import { duckdbDialect } from '../dialect.ts';

/**
 * A view keeps its query's text, and the macros that stand in for Snowflake's functions live in our session only:
 * another client could not open it. So a macro is put into the query by its meaning, on the syntax tree that
 * DuckDB's parser gives (`json_serialize_sql`), and where NULLs sort is said at each ORDER BY, since the
 * session decides that too.
 */

type Tree = Readonly<Record<string, unknown>>;

interface Overload {
  readonly parameters: readonly string[];
  readonly body: unknown;
}

type Macros = ReadonlyMap<string, readonly Overload[]>;

const isTree = (value: unknown): value is Tree => isJsonObject(value) && !JSON.isRawJSON(value);

/** What cannot be said without the session. */
class Unspeakable extends Error {}

/** SQL that means the same in any session; undefined where that cannot be said. */
export async function withoutMacros(connection: DuckDBConnection, sql: string): Promise<string | undefined> {
  try {
    const macros = await sessionMacros(connection);
    const tree = inAnySession(await treeOf(connection, sql), macros);
    const text = await textOf(connection, tree);
    const names = await columnNames(connection, sql);
    if (JSON.stringify(names) === JSON.stringify(await columnNames(connection, text))) return text;
    // A column without an alias is named by its text, which is another one now.
    return `SELECT * FROM (${text}) AS "named"(${names.map(duckdbDialect.quoteIdentifier).join(', ')})`;
  } catch (error) {
    if (error instanceof Unspeakable) return undefined;
    throw error;
  }
}

async function columnNames(connection: DuckDBConnection, sql: string): Promise<string[]> {
  return (await connection.runAndReadAll(`DESCRIBE ${sql}`)).getRows().map((row) => String(row[0]));
}

async function treeOf(connection: DuckDBConnection, sql: string): Promise<Tree> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = parseExactJson(String(reader.getRows()[0]?.[0]));
  if (!isTree(tree) || tree.error !== false) throw new Unspeakable();
  return tree;
}

async function textOf(connection: DuckDBConnection, tree: Tree): Promise<string> {
  try {
    const json = JSON.stringify(tree);
    const reader = await connection.runAndReadAll('SELECT json_deserialize_sql($1::JSON)', [json]);
    return String(reader.getRows()[0]?.[0]);
  } catch {
    // A few literals, such as 1e400, do not come back.
    throw new Unspeakable();
  }
}

/** The macros of this session, their bodies as trees: asked of DuckDB, so that none can be forgotten. */
async function sessionMacros(connection: DuckDBConnection): Promise<Macros> {
  const reader = await connection.runAndReadAll(`SELECT function_name, parameters, macro_definition,
  json_serialize_sql('SELECT ' || macro_definition)
FROM duckdb_functions() WHERE function_type = 'macro' AND database_name = 'temp'`);
  const macros = new Map<string, Overload[]>();
  for (const [name, parameters, , json] of reader.getRowsJS()) {
    const overloads = macros.get(String(name)) ?? [];
    macros.set(String(name), overloads);
    const names = Array.isArray(parameters) ? parameters.map(String) : [];
    overloads.push({ parameters: names, body: expressionOf(parseExactJson(String(json))) });
  }
  return macros;
}

/** The one expression of a serialized `SELECT …`. */
function expressionOf(tree: unknown): unknown {
  const [statement] = isTree(tree) && Array.isArray(tree.statements) ? tree.statements : [];
  const node = isTree(statement) ? statement.node : undefined;
  const [expression] = isTree(node) && Array.isArray(node.select_list) ? node.select_list : [];
  return expression;
}

function inAnySession(tree: Tree, macros: Macros): Tree {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isTree(value)) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]));
    const call = inner.class === 'FUNCTION' ? expanded(inner, macros) : undefined;
    return call === undefined ? withNullOrder(inner) : walk(call);
  };
  const walked = walk(tree);
  if (!isTree(walked)) throw new Unspeakable();
  return walked;
}

/** A call of a macro as its body with the arguments in place; undefined for any other function. */
function expanded(call: Tree, macros: Macros): Tree | undefined {
  const overloads = macros.get(String(call.function_name).toLowerCase());
  if (overloads === undefined || call.schema !== '') return undefined;
  const given: readonly unknown[] = Array.isArray(call.children) ? call.children : [];
  const overload = overloads.find(({ parameters }) => parameters.length === given.length);
  if (overload === undefined) throw new Unspeakable();
  const byName = new Map(overload.parameters.map((name, index) => [name, given[index]]));
  const body = substituted(overload.body, byName);
  if (!isTree(body)) throw new Unspeakable();
  return { ...body, alias: call.alias };
}

function substituted(value: unknown, byName: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((each) => substituted(each, byName));
  if (!isTree(value)) return value;
  const names: readonly unknown[] = Array.isArray(value.column_names) ? value.column_names : [];
  const [name] = names;
  if (value.class === 'COLUMN_REF' && names.length === 1 && byName.has(String(name))) {
    return byName.get(String(name));
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituted(each, byName)]));
}

/** As the session sorts: NULLs are the greatest. */
function withNullOrder(tree: Tree): Tree {
  if (tree.null_order !== 'ORDER_DEFAULT') return tree;
  return { ...tree, null_order: tree.type === 'DESCENDING' ? 'NULLS_FIRST' : 'NULLS_LAST' };
}
