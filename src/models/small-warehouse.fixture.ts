import { DuckDBInstance } from '@duckdb/node-api';
import { duckdbDialect } from '../warehouse/duckdb/dialect.ts';
import { snowflakeFunctions } from '../warehouse/duckdb/snowflake-functions.ts';
import { snowflakeDialect } from '../warehouse/snowflake/dialect.ts';
import type { Dialect, Relation } from '../warehouse/warehouse.ts';
import { type CompileContext, type CompiledModel, compileModel } from './compile.ts';
import type { ModelDefinition } from './definition.ts';
import { besideOwn, type ModelFile, type ModelProject } from './project/project.ts';

/** Snowflake's names, enough to see what SQL is made for it. */
export const snowflakeNames: Dialect = {
  ...duckdbDialect,
  name: 'snowflake',
  foldIdentifier: (name) => name.toUpperCase(),
  types: { ...duckdbDialect.types, isTimestamp: (type) => /^(TIMESTAMP|DATE)/.test(type) },
  query: { ...duckdbDialect.query, nameKey: (name) => name, tokens: snowflakeDialect.query.tokens },
};

export function projectOf(
  texts: Record<string, string>,
  others: { shipped?: Record<string, string> } & Partial<Omit<ModelProject, 'shipped'>> = {},
): ModelProject {
  const { shipped = {}, ...rest } = others;
  const user = filesOf('models', texts);
  return {
    user,
    shipped: besideOwn(filesOf('shipped', shipped), user),
    disabled: new Map(),
    macros: new Map(),
    sources: new Map(),
    name: undefined,
    folder: 'models',
    vars: {},
    ...rest,
  };
}

function filesOf(folder: string, texts: Record<string, string>): Map<string, ModelFile> {
  return new Map(
    Object.entries(texts).map(([name, text]) => [
      name,
      { name, path: `${folder}/${name}.sql`, text, config: {} },
    ]),
  );
}

export type Row = Readonly<Record<string, unknown>>;

export interface SmallWarehouse {
  readonly relations: readonly Relation[];
  rows(sql: string): Promise<Row[]>;
  context(project: ModelProject, others?: Partial<CompileContext>): CompileContext;
  /** Compiles a definition and runs it. */
  run(definition: ModelDefinition, project?: ModelProject): Promise<Row[]>;
  compile(definition: ModelDefinition, project?: ModelProject): CompiledModel;
}

/** A DuckDB in memory with hand-made tables, and Snowflake's functions as the warehouse module installs them. */
export async function smallWarehouse(...statements: string[]): Promise<SmallWarehouse> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const statement of [...snowflakeFunctions(), ...statements]) await connection.run(statement);
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  const columns = await rows(
    `SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main' ORDER BY column_index`,
  );
  const tables = Map.groupBy(columns, (column) => String(column.table_name));
  const relations = [...tables].map(([name, list]) => ({
    name,
    columns: list.map((row) => ({ name: String(row.column_name), type: String(row.data_type) })),
  }));
  const context = (project: ModelProject, others: Partial<CompileContext> = {}) => ({
    project,
    relations,
    dialect: duckdbDialect,
    schema: 'main',
    ...others,
  });
  const compile = (definition: ModelDefinition, project = projectOf({})) =>
    compileModel(definition, context(project));
  return {
    relations,
    rows,
    context,
    compile,
    run: (definition, project) => rows(`SELECT * FROM (${compile(definition, project).sql}\n)`),
  };
}
