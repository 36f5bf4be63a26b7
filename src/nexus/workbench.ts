import type { Warehouse } from '../warehouse/warehouse.ts';
import { asideName, placeSql } from './replace-relation.ts';

/** A warehouse with the temporary tables that the steps hand to one another. */
export interface Workbench {
  readonly warehouse: Warehouse;
  /** The SQL of a name as an unquoted one would be taken. */
  name(name: string): string;
  text(value: string): string;
  /** The SQL of one of the tables that identity resolution makes. */
  result(table: string): string;
  /** Makes a temporary table of a query, in place of one of that name. */
  make(name: string, select: string): Promise<void>;
  /** The one number of a query. */
  number(select: string): Promise<number>;
  /** Drops the temporary tables: the session may go on for long. */
  clear(): Promise<void>;
}

/** `aside`: whether the results are built under names beside their own. */
export function workbench(warehouse: Warehouse, schema?: string, aside = false): Workbench {
  const { dialect } = warehouse;
  const made = new Set<string>();
  const name = (plain: string): string => dialect.quoteIdentifier(dialect.foldIdentifier(plain));
  return {
    warehouse,
    name,
    text: (value) => dialect.quoteString(value),
    result: (table) => placeSql({ schema, name: aside ? asideName(table, dialect) : table }, dialect),
    make: async (table, select) => {
      made.add(table);
      await warehouse.execute(dialect.ddl.temporaryTable(name(table), select));
    },
    number: async (select) => {
      const [row] = await warehouse.rows(select);
      return Number(Object.values(row ?? {})[0] ?? 0);
    },
    clear: async () => {
      for (const table of made) await warehouse.execute(`DROP TABLE IF EXISTS ${name(table)}`);
      made.clear();
    },
  };
}
