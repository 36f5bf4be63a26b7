import { findByName } from '../../../models/relation-lookup.ts';
import { type Dialect, relationSql } from '../../../warehouse/warehouse.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import { emptyTable, linesSql, load } from './bring.ts';

/** The table of nexus that says which person an email address, or another identifier, is of. */
const identifiersTable = 'nexus_resolved_person_identifiers';

interface Identifiers {
  readonly table: string;
  readonly person: string;
  readonly value: string;
}

function identifiersOf({ context }: Plan): Identifiers | undefined {
  const { dialect, relations } = context;
  const relation = findByName(identifiersTable, relations, dialect);
  const person = relation && findByName('person_id', relation.columns, dialect);
  const value = relation && findByName('identifier_value', relation.columns, dialect);
  if (relation === undefined || person === undefined || value === undefined) return undefined;
  return {
    table: relationSql(relation, dialect),
    person: dialect.quoteIdentifier(person.name),
    value: dialect.quoteIdentifier(value.name),
  };
}

/** Where the engine is another than the warehouse's, the table is brought to it. */
async function reachable(plan: Plan, { apart }: Snapshots): Promise<Identifiers | undefined> {
  const found = identifiersOf(plan);
  if (found === undefined || apart === undefined) return found;
  const { warehouse } = plan;
  const { snapshot, text } = warehouse.dialect;
  const columns = ['person', 'value'] as const;
  const fields = columns.map((name) => ({ name, sql: snapshot.json(text.cast(found[name])) }));
  const table = 'nexus_customer_io_identifiers';
  await emptyTable(apart, table, columns);
  const lines = linesSql(warehouse.dialect, found.table, fields);
  await load({ warehouse, store: apart }, { lines, into: table, columns });
  return { table, person: '"person"', value: '"value"' };
}

const folded = (sql: string): string =>
  `CASE WHEN ${sql} LIKE '%@%' THEN LOWER(TRIM(${sql})) ELSE TRIM(${sql}) END`;

/**
 * SQL of who has become whom: persons who have left, each with the key of the one who now has their entity. First comes
 * what nexus says of the old userId, then the entity that the row had when it was sent.
 */
function candidates(dialect: Dialect, stage: string, found: Identifiers | undefined): string {
  const gone = `(SELECT "key", "entity" FROM ${stage} WHERE "action" = 'removed')`;
  const there = `(SELECT "key", "entity", "sent_at" FROM ${stage} WHERE "gone" IS NULL)`;
  const text = dialect.text.cast;
  const byEntity = `SELECT "gone"."key" AS "old", "there"."key" AS "new", "there"."sent_at" AS "sent_at", 3 AS "rank"
FROM ${gone} AS "gone" INNER JOIN ${there} AS "there" ON "there"."entity" = "gone"."entity"`;
  if (found === undefined) return byEntity;
  const known = `(SELECT DISTINCT ${folded(text(found.value))} AS "value", ${text(found.person)} AS "person" FROM ${found.table})`;
  const owner = `(SELECT "gone"."key", "owner"."person" FROM ${gone} AS "gone" INNER JOIN ${known} AS "owner" ON "owner"."value" = "gone"."key")`;
  return `${byEntity}
UNION ALL
SELECT "gone"."key", "there"."key", "there"."sent_at", 1 FROM ${owner} AS "gone" INNER JOIN ${there} AS "there" ON "there"."entity" = "gone"."person"
UNION ALL
SELECT "gone"."key", "there"."key", "there"."sent_at", 2 FROM ${owner} AS "gone" INNER JOIN ${known} AS "other" ON "other"."person" = "gone"."person"
INNER JOIN ${there} AS "there" ON "there"."key" = "other"."value"`;
}

/** Marks the persons of a stage who have left under one userId and are there under another. */
export async function markMoves(plan: Plan, snapshots: Snapshots, stage: string): Promise<void> {
  const { registry, engine } = snapshots;
  const { dialect } = engine;
  const identifiers = await reachable(plan, snapshots);
  const moves = registry.scratch('nexus_customer_io_moves');
  const best = dialect.query.firstPerKey('"old"', '"rank", "sent_at" DESC, "new"');
  await engine.execute(
    dialect.ddl.temporaryTable(
      moves,
      `SELECT * FROM (\n${candidates(dialect, stage, identifiers)}\n) AS "all"\n${best}`,
    ),
  );
  await engine.execute(`UPDATE ${stage} SET "action" = 'moved', "gone" = 'moved', "merged_into" = "moves"."new"
FROM (SELECT "old", "new" FROM ${moves}) AS "moves" WHERE "key" = "moves"."old" AND "action" = 'removed'`);
  // Whoever had become somebody that has become another now.
  await engine.execute(
    `UPDATE ${stage} SET "merged_into" = "moves"."new" FROM (SELECT "old", "new" FROM ${moves}) AS "moves" WHERE "merged_into" = "moves"."old"`,
  );
}

/** SQL of who has become whom, as people's keys. */
const moved = (persons: string): string =>
  `(SELECT "key" AS "old_person", "merged_into" AS "new_person", "sent_at" AS "moved_at" FROM ${persons} WHERE "merged_into" IS NOT NULL)`;

const baseList = (alias: string): string =>
  [
    'spelled',
    'model',
    'hash',
    'shape',
    'sent_at',
    'entity',
    'generation',
    'action',
    'gone',
    'merged_into',
    'sample',
  ]
    .map((name) => `"${alias}"."${name}"`)
    .join(', ');

/**
 * The base of relationships with the persons that they have now: Customer.io's merge takes them along, where the new
 * person has none with the object.
 */
export function withMovedKeys(dialect: Dialect, base: string, persons: string, separator: string): string {
  const part = (index: number): string => `SPLIT_PART("own"."key", ${separator}, ${index}) || ${separator}`;
  const key = `CASE WHEN "new_person" IS NULL THEN "own"."key" ELSE ${part(1)} || ${part(2)} || "new_person" END`;
  const all = `SELECT ${key} AS "key", ${baseList('own')}, COALESCE("new_person", "own"."person") AS "person",
  CASE WHEN "new_person" IS NULL THEN 0 ELSE 1 END AS "rank"
FROM ${base} AS "own" LEFT JOIN ${moved(persons)} AS "move" ON "move"."old_person" = "own"."person"`;
  const first = dialect.query.firstPerKey('"key"', '"rank", "sent_at" DESC');
  return `(SELECT * FROM (${all}) AS "all" ${first})`;
}

/**
 * The base of events with the persons that they have now: Customer.io's merge takes along the events of the last 30
 * days, and older ones go with the profile that was merged. https://docs.customer.io/journeys/people/manage/merge-people/
 */
export function withMovedHolders(base: string, persons: string, separator: string): string {
  const closed = (column: string): string => `${separator} || ${column} || ${separator}`;
  return `(SELECT "event"."key", ${baseList('event')},
  CASE WHEN "old_person" IS NULL THEN "person" WHEN "sent_at" >= "moved_at" - INTERVAL '30 days' THEN ${closed('"new_person"')} ELSE ${closed(`'?'`)} END AS "person"
FROM ${base} AS "event" LEFT JOIN ${moved(persons)} AS "move" ON ${closed('"move"."old_person"')} = "event"."person")`;
}
