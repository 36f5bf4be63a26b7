import type { TableMarks } from '../../warehouse/dialect.ts';
import type { Dialect, Relation } from '../../warehouse/warehouse.ts';
import { isBlank, tokensOf } from './sql-tokens.ts';
import { tablesRead } from './tables-read.ts';

/** Words of SQL that stand before a bracket and call nothing. */
const grammar = new Set(
  (
    'all and any as between by case cross distinct else except exists filter from full group having in inner intersect ' +
    'interval is join lateral left like ilike minus not on or order outer over partition qualify recursive right select ' +
    'some then union using values when where with within ' +
    'binary boolean char date decimal double float int integer number numeric string text time timestamp timestamp_ltz ' +
    'timestamp_ntz timestamp_tz varchar'
  ).split(' '),
);

/** What may stand in the place of a table without being one: what follows it says what is read. */
const noTables = new Set(['lateral', 'values', 'with']);

const isWord = (token: string): boolean => /^[\p{L}_]/u.test(token);

/**
 * The relations that a SELECT reads, where its rows depend on nothing else: no clock, no chance, no session, no function
 * of unknown kind, and no table beside those given. Undefined where that is not certain.
 */
export function steadyTables(
  sql: string,
  { relations, dialect }: { readonly relations: readonly Relation[]; readonly dialect: Dialect },
  marks: TableMarks,
): readonly Relation[] | undefined {
  const tokens = tokensOf(sql, dialect).filter((token) => !isBlank(token));
  if (!tokens.every((_, index) => isSteady(tokens, index, marks))) return undefined;
  const found = new Set<Relation>();
  for (const name of tablesRead(sql, dialect)) {
    const read = relationsOf(name, tokens, { relations, dialect });
    if (read === undefined) return undefined;
    for (const relation of read) found.add(relation);
  }
  return [...found];
}

function isSteady(tokens: readonly string[], index: number, { steady, moving }: TableMarks): boolean {
  const token = tokens[index] ?? '';
  // Variables, columns by number, stages, and values that are bound.
  if (token === '$' || token === '@' || token === '?') return false;
  const isCalled = tokens[index + 1] === '(';
  if (token.startsWith('"')) return !isCalled;
  if (!isWord(token)) return true;
  const word = token.toLowerCase();
  if (moving.test(word)) return false;
  if (!isCalled) return true;
  return tokens[index - 1] !== '.' && (grammar.has(word) || steady.has(word));
}

interface Names {
  readonly relations: readonly Relation[];
  readonly dialect: Dialect;
}

/** What a name stands for, none where it is a common table's; undefined where it may be something else. */
function relationsOf(
  parts: readonly string[],
  tokens: readonly string[],
  { relations, dialect }: Names,
): readonly Relation[] | undefined {
  const name = parts.at(-1) ?? '';
  const means = [
    ...(tokens.includes(name) ? [dialect.foldIdentifier(name)] : []),
    ...(tokens.includes(dialect.quoteIdentifier(name)) ? [name] : []),
  ];
  const found = relations.filter((relation) => means.includes(relation.name));
  if (parts.length > 1) {
    const inSchema = found.filter(({ schema }) => parts.length === 2 && schema === parts[0]);
    return inSchema.length > 0 ? inSchema : undefined;
  }
  if (noTables.has(name.toLowerCase())) return found;
  // A table of another schema may lie on the session's path.
  const isKnown = (each: string): boolean =>
    found.some((relation) => relation.name === each) || definesTable(tokens, each, dialect);
  return means.every(isKnown) ? found : undefined;
}

function definesTable(tokens: readonly string[], name: string, dialect: Dialect): boolean {
  return tokens.some((token, index) => {
    if (tokens[index + 1]?.toLowerCase() !== 'as' || tokens[index + 2] !== '(') return false;
    return (
      name ===
      (token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : dialect.foldIdentifier(token))
    );
  });
}
