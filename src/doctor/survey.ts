import { attributeProbes } from './attribute-probes.ts';
import { counted, type Detail, type Finding } from './finding.ts';
import { keyProbes } from './key-probes.ts';
import { keyColumnsOf, keyOf, onModel, textOf } from './keys.ts';
import type { Probe } from './probe.ts';
import { attributesOf, type Examination, hasColumn, type Subject } from './subject.ts';

/** What one pass over a model's rows tells. */
export interface Survey {
  readonly rows: number;
  /** Rows whose key another row has too, less one of each. */
  readonly surplus: number;
  readonly met: readonly { readonly probe: Probe; readonly count: number }[];
  /** Attributes that are NULL in every row. */
  readonly empty: readonly string[];
}

export const probesOf = (subject: Subject, examination: Examination): Probe[] => [
  ...keyProbes(subject, examination),
  ...attributeProbes(subject, examination),
];

/** The one aggregate query of a model. */
export function surveyQuery(subject: Subject, probes: readonly Probe[], examination: Examination): string {
  const { dialect } = examination.plan.warehouse;
  const key = keyOf(subject, examination) ?? 'NULL';
  const counts = [
    'COUNT(*) AS "rows"',
    `COUNT(${key}) AS "keyed"`,
    `COUNT(DISTINCT ${key}) AS "keys"`,
    ...probes.map(({ condition }, index) => `COUNT(CASE WHEN ${condition} THEN 1 END) AS "p${index}"`),
    ...attributesOf(subject).map(
      ({ name }, index) => `COUNT(${dialect.quoteIdentifier(name)}) AS "a${index}"`,
    ),
  ];
  return onModel(subject, `SELECT ${counts.join(',\n  ')}\nFROM "__model"`);
}

export async function survey(subject: Subject, examination: Examination): Promise<Survey> {
  const probes = probesOf(subject, examination);
  const [row] = await examination.plan.warehouse.rows(surveyQuery(subject, probes, examination));
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const rows = count('rows');
  const met = probes.map((probe, index) => ({ probe, count: count(`p${index}`) }));
  const empty = attributesOf(subject).filter((_, index) => count(`a${index}`) === 0);
  return {
    rows,
    surplus: count('keyed') - count('keys'),
    met: met.filter((each) => each.count > 0),
    empty: rows === 0 ? [] : empty.map(({ name }) => name),
  };
}

/** Rows of one problem that are shown. */
const shownRows = 3;

/** The columns that tell a person which row is meant. */
const namingColumns = ({ contract, model }: Subject): string[] =>
  [...contract.required, ...(hasColumn(model, 'userId') ? [] : ['anonymousId'])].filter((name) =>
    hasColumn(model, name),
  );

/** A few rows of every probe that met some, in one query. */
export async function examplesOf(
  subject: Subject,
  { met }: Survey,
  { plan: { warehouse } }: Examination,
): Promise<Map<Probe, Detail[]>> {
  const { dialect } = warehouse;
  const short = (column: string): string => `SUBSTR(${textOf(dialect, column)}, 1, 60)`;
  const names = namingColumns(subject).map((name) => `${short(name)} AS ${dialect.quoteIdentifier(name)}`);
  const branches = met.map(({ probe }, index) => {
    const order = probe.size === undefined ? '2' : `${probe.size} DESC, 2`;
    // Of what is too long the length is enough: it may be a text that nobody wants in a log.
    const value = probe.column === '' || probe.size !== undefined ? 'NULL' : short(probe.column);
    const columns = [
      `${index} AS "__probe"`,
      ...names,
      `CAST(${value} AS VARCHAR) AS "__value"`,
      `CAST(${probe.size ?? 'NULL'} AS VARCHAR) AS "__size"`,
    ];
    return `SELECT * FROM (SELECT ${columns.join(', ')} FROM "__model" WHERE ${probe.condition} ORDER BY ${order} LIMIT ${shownRows}) AS "__${index}"`;
  });
  const found = new Map<Probe, Detail[]>();
  if (branches.length === 0) return found;
  for (const { __probe, __value, __size, ...naming } of await warehouse.rows(
    onModel(subject, branches.join('\nUNION ALL\n')),
  )) {
    const probe = met[Number(__probe)]?.probe;
    if (probe === undefined) continue;
    const shown = __value === null || probe.column in naming ? {} : { [probe.column]: __value ?? null };
    const size = __size === null || __size === undefined ? {} : { size: Number(__size) };
    found.set(probe, [...(found.get(probe) ?? []), { ...naming, ...shown, ...size }]);
  }
  return found;
}

export function probeFinding(
  probe: Probe,
  count: number,
  rows: number,
  examples: readonly Detail[],
): Finding {
  const all = probe.refuses && count === rows;
  return {
    code: probe.code,
    severity: all ? 'error' : probe.severity,
    message: `${probe.what}: ${count.toLocaleString('en')} of ${counted(rows, 'row')}. ${probe.fate}`,
    mend: probe.mend,
    ...(probe.column === '' ? {} : { column: probe.column }),
    count,
    examples,
  };
}

/** Keys that several rows have: the rows overwrite each other, or, as events, are taken for one. */
export async function repeatedKeys(
  subject: Subject,
  surplus: number,
  examination: Examination,
): Promise<Finding> {
  const { warehouse } = examination.plan;
  const { dialect } = warehouse;
  const columns = keyColumnsOf(subject) ?? [];
  const shown = columns.slice(0, 5).filter((name) => name !== 'timestamp');
  const times = hasColumn(subject.model, 'timestamp')
    ? [`CAST(MIN("timestamp") AS VARCHAR) AS "first"`, `CAST(MAX("timestamp") AS VARCHAR) AS "last"`]
    : [];
  const list = [
    ...shown.map((name) => `MIN(${textOf(dialect, name)}) AS ${dialect.quoteIdentifier(name)}`),
    'COUNT(*) AS "count"',
    ...times,
  ];
  const sql = `SELECT ${list.join(', ')}, COUNT(*) OVER () AS "__keys" FROM (SELECT *, ${keyOf(subject, examination)} AS "__key" FROM "__model") AS "__keyed"
WHERE "__key" IS NOT NULL GROUP BY "__key" HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC, "__key" LIMIT 5`;
  const rows = await warehouse.rows(onModel(subject, sql));
  const keys = Number(rows[0]?.__keys ?? 0);
  const examples = rows.map(({ __keys, count, ...rest }) => ({ ...rest, count: Number(count) }));
  return subject.contract.name === 'events'
    ? repeatedEvents(keys, surplus, examples)
    : repeatedRows(keys, surplus, columns, examples);
}

function repeatedRows(
  keys: number,
  surplus: number,
  columns: readonly string[],
  examples: readonly Detail[],
): Finding {
  return {
    code: 'key_repeated',
    severity: 'error',
    message: `${counted(keys, 'key')} (${columns.join(', ')}) ${keys === 1 ? 'stands' : 'stand'} in several rows: ${counted(surplus, 'row')} too many. Each of them is sent, and the last one wins.`,
    mend: `Keep one row of each in the model: QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY "timestamp" DESC) = 1. For identify: check dedupe_column, and filter out rows where it is NULL.`,
    count: surplus,
    examples,
  };
}

function repeatedEvents(keys: number, surplus: number, examples: readonly Detail[]): Finding {
  return {
    code: 'key_repeated',
    severity: 'warning',
    message: `${counted(keys, 'event')} ${keys === 1 ? 'stands' : 'stand'} in several rows that get one message id: Customer.io counts each once, ${counted(surplus, 'row')} fewer.`,
    mend: 'If they are different events, select a column event_id (or messageId) that tells them apart. If not, select distinct rows.',
    count: surplus,
    examples,
  };
}

export function emptyAttributes(names: readonly string[]): Finding {
  return {
    code: 'empty_attributes',
    severity: 'info',
    message: `${counted(names.length, 'attribute')} hold${names.length === 1 ? 's' : ''} no value in any row and ${names.length === 1 ? 'is' : 'are'} never seen in Customer.io: ${names.join(', ')}.`,
    count: names.length,
    details: names.map((column) => ({ column })),
  };
}
