import { ConnectorError } from '../../errors/connector-error.ts';
import { nearMatches } from '../../errors/did-you-mean.ts';
import type { IdentifyModel } from '../../models/identify/identify.ts';
import type { TextRow, Warehouse } from '../../warehouse/warehouse.ts';
import { counted, type Detail, type Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';
import { sentAttributes } from './identify-attributes.ts';
import { inPlace } from './in-place.ts';

interface Steps {
  /** Rows of the table. */
  readonly rows: number;
  /** Rows left after each condition. */
  readonly left: readonly number[];
  readonly keys: number;
  /** Rows left whose dedupe column is NULL. */
  readonly keyless: number;
}

/** Says of one use of customer_io_identify which rows each condition leaves, and which columns go out. */
export async function explainIdentify(
  identify: IdentifyModel,
  { model }: Subject,
  warehouse: Warehouse,
): Promise<Finding[]> {
  const ask = (question: string) => rowsInPlace(model.compiled.sql, identify, question, warehouse);
  const steps = await countSteps(identify, ask);
  if (steps === undefined) return [uncounted(), ...sentAttributes(identify)];
  const passed = steps.left.at(-1) ?? steps.rows;
  const combined = passed - steps.keyless - steps.keys;
  return [
    ...(await emptying(identify, steps, ask)),
    stepsFinding(identify, steps),
    ...(combined > 0 ? [combinedFinding(identify, combined, await combinedEntities(identify, ask))] : []),
    ...(steps.keyless > 0 ? [keylessFinding(identify, steps.keyless)] : []),
    ...sentAttributes(identify),
  ];
}

type Ask = (question: string) => ReturnType<Warehouse['rows']>;

/** A filter may name a CTE of its model; where the question does not fit in that place, it is asked alone. */
async function rowsInPlace(sql: string, identify: IdentifyModel, question: string, warehouse: Warehouse) {
  const placed = inPlace(sql, identify.sql, question, identify.dialect);
  try {
    return await warehouse.rows(placed ?? question);
  } catch (error) {
    if (placed === undefined || !(error instanceof ConnectorError)) throw error;
    return warehouse.rows(question);
  }
}

async function countSteps({ steps }: IdentifyModel, ask: Ask): Promise<Steps | undefined> {
  const names = steps.conditions.map((_, index) => `"c${index}"`);
  const all = names.join(' AND ');
  const conditions = steps.conditions.map(({ sql }, index) => `(${sql}) AS ${names[index]}`);
  const counts = names.map(
    (_, index) => `COUNT(CASE WHEN ${names.slice(0, index + 1).join(' AND ')} THEN 1 END) AS "left${index}"`,
  );
  const sql = `SELECT COUNT(*) AS "rows", ${counts.join(', ')},
  COUNT(DISTINCT CASE WHEN ${all} THEN "__key" END) AS "keys",
  COUNT(CASE WHEN ${all} AND "__key" IS NULL THEN 1 END) AS "keyless"
FROM (SELECT ${conditions.join(', ')}, ${steps.key} AS "__key" FROM ${steps.from}) AS "__conditions"`;
  try {
    const [row] = await ask(sql);
    const count = (name: string): number => Number(row?.[name] ?? 0);
    const left = names.map((_, index) => count(`left${index}`));
    return { rows: count('rows'), left, keys: count('keys'), keyless: count('keyless') };
  } catch (error) {
    // The model itself is run too, which tells what is wrong with it.
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

function uncounted(): Finding {
  return {
    code: 'identify_rows',
    severity: 'info',
    message:
      'The rows that each filter leaves could not be counted: a filter uses a name that is only known in the whole model.',
  };
}

/** The conditions in a person's words. */
function conditionsOf({ parameters, steps }: IdentifyModel): string[] {
  const { entity_type, user_id_column, anonymous_id_column, filters } = parameters;
  const either = anonymous_id_column === null ? '' : ` or ${anonymous_id_column}`;
  const words = {
    entity_type: `entity_type = '${entity_type}'`,
    user_id_column: `${user_id_column}${either} is not NULL`,
  };
  const before = steps.conditions.filter(({ parameter }) => parameter !== 'filters').length;
  return steps.conditions.map(({ parameter }, index) =>
    parameter === 'filters' ? (filters[index - before] ?? '').trim().replace(/\s+/g, ' ') : words[parameter],
  );
}

function stepsFinding(identify: IdentifyModel, { rows, left, keys, keyless }: Steps): Finding {
  const { relation, parameters } = identify;
  const details = [
    { condition: `rows of ${relation.name}`, rows },
    ...conditionsOf(identify).map((condition, index) => ({ condition, rows: left[index] ?? 0 })),
    { condition: `one row per ${parameters.dedupe_column}`, rows: keys + keyless },
  ];
  return {
    code: 'identify_rows',
    severity: 'info',
    message: `Of ${counted(rows, 'row')} of ${relation.name}, ${(keys + keyless).toLocaleString('en')} are left after all conditions.`,
    details,
  };
}

/** Which condition leaves nothing, where one does. */
async function emptying(identify: IdentifyModel, { rows, left }: Steps, ask: Ask): Promise<Finding[]> {
  const { relation, steps } = identify;
  const at = rows === 0 ? -1 : left.indexOf(0);
  if (at < 0) return [];
  const { parameter } = steps.conditions[at] ?? {};
  const before = at === 0 ? rows : (left[at - 1] ?? 0);
  const types = parameter === 'entity_type' ? await entityTypes(identify, ask) : [];
  return [
    {
      code: 'condition_empties',
      severity: 'error',
      message: `The condition ${conditionsOf(identify)[at]} leaves none of ${counted(before, 'row')} of ${relation.name}.${typesText(types)}`,
      mend: emptyMend(identify, parameter, types),
      ...(types.length === 0 ? {} : { details: types }),
    },
  ];
}

const typesText = (types: readonly Detail[]): string =>
  types.length === 0
    ? ''
    : ` It has ${types.map((type) => `${type.entity_type ?? 'NULL'} (${counted(Number(type.rows), 'row')})`).join(', ')}.`;

function emptyMend(identify: IdentifyModel, parameter: string | undefined, types: readonly Detail[]): string {
  const { entity_type, user_id_column } = identify.parameters;
  if (parameter === 'filters') return 'Fix the filter or remove it.';
  if (parameter === 'user_id_column') {
    return `Name another user_id_column (now ${user_id_column}), or an anonymous_id_column that is filled.`;
  }
  const [near] = nearMatches(
    entity_type,
    types.map((type) => String(type.entity_type)),
  );
  return near === undefined ? 'Use one of these as entity_type.' : `Did you mean entity_type: ${near}?`;
}

async function entityTypes({ steps: { entityType, from } }: IdentifyModel, ask: Ask): Promise<Detail[]> {
  const rows = await ask(
    `SELECT ${entityType} AS "entity_type", COUNT(*) AS "rows" FROM ${from} GROUP BY ${entityType} ORDER BY COUNT(*) DESC LIMIT 10`,
  );
  return rows.map((row) => ({ entity_type: row.entity_type ?? null, rows: Number(row.rows) }));
}

/** The first of a key's entities is the one that is sent; three keys with five entities each are enough to see. */
async function combinedEntities({ steps, dialect }: IdentifyModel, ask: Ask): Promise<Detail[]> {
  const columns = [
    `${steps.key} AS "key"`,
    `${steps.entityId} AS "entity_id"`,
    `${dialect.time.print(steps.updatedAt)} AS "updated_at"`,
    `COUNT(*) OVER (PARTITION BY ${steps.key}) AS "entities"`,
    `ROW_NUMBER() OVER (PARTITION BY ${steps.key} ORDER BY ${steps.order}) AS "rank"`,
  ];
  const where = [...steps.conditions.map(({ sql }) => sql), `${steps.key} IS NOT NULL`].join('\n  AND ');
  const ranked = `SELECT ${columns.join(', ')} FROM ${steps.from} WHERE ${where}`;
  const rows = await ask(`SELECT * FROM (
  SELECT *, DENSE_RANK() OVER (ORDER BY "entities" DESC, "key") AS "place" FROM (${ranked}) AS "__ranked" WHERE "entities" > 1
) AS "__placed" WHERE "place" <= 3 AND "rank" <= 5`);
  const sorted = rows.toSorted(
    (a, b) => Number(a.place) - Number(b.place) || Number(a.rank) - Number(b.rank),
  );
  return [...Map.groupBy(sorted, ({ key }) => key)].map(([key, entities]) => combined(key ?? null, entities));
}

function combined(key: string | null, [sent, ...others]: readonly TextRow[]): Detail {
  return {
    key,
    entities: Number(sent?.entities),
    sent: sent?.entity_id ?? null,
    updated_at: sent?.updated_at ?? null,
    not_sent: others.map(({ entity_id }) => entity_id).join(', '),
  };
}

function combinedFinding(
  { parameters }: IdentifyModel,
  combined: number,
  examples: readonly Detail[],
): Finding {
  const column = parameters.dedupe_column;
  return {
    code: 'combined_entities',
    severity: 'info',
    column,
    message: `${counted(combined, 'entity', 'entities')} ${combined === 1 ? 'is' : 'are'} not sent: another with the same ${column}, ignoring case and surrounding spaces, comes first (the newest, then by entity_id).`,
    count: combined,
    examples,
  };
}

function keylessFinding({ parameters }: IdentifyModel, keyless: number): Finding {
  const column = parameters.dedupe_column;
  return {
    code: 'no_dedupe_key',
    severity: 'warning',
    column,
    message: `${column} (dedupe_column) is NULL: ${counted(keyless, 'row')}. Such rows are not deduplicated: each is sent.`,
    mend: `Add the filter "${column} IS NOT NULL", or dedupe by a column that is always filled.`,
    count: keyless,
  };
}
