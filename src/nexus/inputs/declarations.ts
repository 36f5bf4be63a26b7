import type { Workbench } from '../workbench.ts';
import { inputTables } from './inputs.ts';
import { knownIdentifiers } from './registered.ts';
import { type SourceTables, unionOf } from './sources.ts';

/** The declaration's own columns, as nexus has them. */
const declarationColumns = Object.keys(inputTables.declarations.columns).filter(
  (column) => column !== '_ingested_at',
);

const sideJoin = (side: 'a' | 'b', alias: string): string =>
  `LEFT JOIN ${knownIdentifiers} ${alias} ON ${alias}.identifier_value = d.entity_${side}_identifier
  AND ${alias}.identifier_type = d.entity_${side}_identifier_type AND ${alias}.entity_type = d.entity_${side}_type`;

/** Makes `nexus_work_declarations`: each declaration with the entities of its two sides, NULL where unknown. */
export async function resolveDeclarations(tables: SourceTables, bench: Workbench): Promise<void> {
  await bench.make(
    'nexus_work_declared',
    `SELECT row_number() OVER (ORDER BY relationship_declaration_id) AS declaration, d.*
FROM (${unionOf('declarations', tables, bench)}) d`,
  );
  await bench.make(
    'nexus_work_declarations',
    `SELECT d.*, a.entity_id AS entity_a_id, b.entity_id AS entity_b_id
FROM nexus_work_declared d
${sideJoin('a', 'a')}
${sideJoin('b', 'b')}`,
  );
}

const unresolvedSide = (side: 'a' | 'b'): string =>
  `SELECT declaration, '${side}' AS side, entity_${side}_identifier AS identifier,
    entity_${side}_identifier_type AS identifier_type, entity_${side}_type AS entity_type
  FROM nexus_work_declarations WHERE entity_${side}_id IS NULL`;

/** What nearly fits, by one thing that differs: nothing is joined by it, a person is told. */
const nearly = (name: string, keys: string, value: string, nearest: string): string =>
  `${name} AS (SELECT ${keys}, folded, min(${nearest}) AS nearest
  FROM (SELECT *, ${value} AS folded FROM known) AS k GROUP BY ${keys}, folded)`;

const reason = `CASE
    WHEN s.identifier IS NULL OR s.identifier_type IS NULL OR s.entity_type IS NULL
      THEN 'its identifier, identifier type or entity type is NULL'
    WHEN f.nearest IS NOT NULL
      THEN 'no ' || s.entity_type || ' has ' || s.identifier_type || ' ''' || s.identifier || ''', but one has ''' || f.nearest || ''' (case or padding differs)'
    WHEN k.nearest IS NOT NULL
      THEN '''' || s.identifier || ''' is no ' || s.identifier_type || ' but known as ' || k.nearest
    WHEN y.nearest IS NOT NULL
      THEN s.identifier_type || ' ''' || s.identifier || ''' belongs to a ' || y.nearest || ', not to a ' || s.entity_type
    WHEN t.nearest IS NULL
      THEN 'there is no entity of type ' || s.entity_type
    ELSE 'no ' || s.entity_type || ' has ' || s.identifier_type || ' ''' || s.identifier || ''''
  END`;

/** The declarations that make no relationship, each with why; the package drops them without a word. */
export function unresolvedDeclarations(): string {
  const columns = declarationColumns.map((column) => `d.${column}`).join(', ');
  return `WITH sides AS (
  ${unresolvedSide('a')}
  UNION ALL
  ${unresolvedSide('b')}
),
known AS (
  SELECT * FROM ${knownIdentifiers} AS k
  WHERE lower(trim(identifier_value)) IN (SELECT lower(trim(identifier)) FROM sides)
),
${nearly('folds', 'entity_type, identifier_type', 'lower(trim(identifier_value))', 'identifier_value')},
${nearly('kinds', 'entity_type', 'identifier_value', 'identifier_type')},
${nearly('types', 'identifier_type', 'identifier_value', 'entity_type')},
present AS (SELECT entity_type, min(entity_id) AS nearest FROM nexus_work_entities GROUP BY entity_type),
reasons AS (
  SELECT DISTINCT s.declaration, s.side, ${reason} AS reason
  FROM sides s
  LEFT JOIN folds f ON f.entity_type = s.entity_type AND f.identifier_type = s.identifier_type
    AND f.folded = lower(trim(s.identifier))
  LEFT JOIN kinds k ON k.entity_type = s.entity_type AND k.folded = s.identifier
  LEFT JOIN types y ON y.identifier_type = s.identifier_type AND y.folded = s.identifier
  LEFT JOIN present t ON t.entity_type = s.entity_type
),
told AS (
  SELECT declaration, max(CASE WHEN side = 'a' THEN 'entity_a: ' || reason END) AS a,
    max(CASE WHEN side = 'b' THEN 'entity_b: ' || reason END) AS b
  FROM reasons GROUP BY declaration
)
SELECT ${columns}, coalesce(r.a || '; ' || r.b, r.a, r.b) AS reason
FROM nexus_work_declared d JOIN told r ON r.declaration = d.declaration`;
}
