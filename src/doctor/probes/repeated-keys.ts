import type { Dialect } from '../../warehouse/dialect.ts';
import { counted, type Detail, type Finding } from '../finding.ts';
import { keyColumnsOf, keyOf, onModel, textOf } from '../keys.ts';
import { type Examination, hasColumn, type Subject } from '../subject.ts';

/** Keys that several rows have: the rows overwrite each other, or, as events, are taken for one. */
export async function repeatedKeys(
  subject: Subject,
  surplus: number,
  examination: Examination,
): Promise<Finding> {
  const rows = await examination.plan.warehouse.rows(repeatedQuery(subject, examination));
  const keys = Number(rows[0]?.__keys ?? 0);
  const examples = rows.map(({ __keys, count, ...rest }) => ({ ...rest, count: Number(count) }));
  return subject.contract.name === 'events'
    ? repeatedEvents(keys, surplus, examples)
    : repeatedRows(keys, surplus, keyColumnsOf(subject) ?? [], examples);
}

/** An event's key may be all of its columns, of which these are enough to see. */
const shownColumns = ['userId', 'groupId', 'objectTypeId', 'event', 'messageId', 'event_id', 'EVENT_ID'];

function repeatedQuery(subject: Subject, examination: Examination): string {
  const { dialect } = examination.plan.warehouse;
  const shown = (keyColumnsOf(subject) ?? []).filter((name) => shownColumns.includes(name));
  const list = [
    ...shown.map((name) => `MIN(${textOf(dialect, name)}) AS ${dialect.quoteIdentifier(name)}`),
    'COUNT(*) AS "count"',
    ...(hasColumn(subject.model, 'timestamp') ? times(dialect) : []),
    'COUNT(*) OVER () AS "__keys"',
  ];
  const keyed = `SELECT *, ${keyOf(subject, examination)} AS "__key" FROM "__model"`;
  const sql = `SELECT ${list.join(', ')} FROM "__keyed"
WHERE "__key" IS NOT NULL GROUP BY "__key" HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC, "__key" LIMIT 5`;
  return onModel(subject, sql, { __keyed: keyed });
}

const times = ({ text }: Dialect): string[] => [
  `${text.cast('MIN("timestamp")')} AS "first"`,
  `${text.cast('MAX("timestamp")')} AS "last"`,
];

function repeatedRows(
  keys: number,
  surplus: number,
  columns: readonly string[],
  examples: readonly Detail[],
): Finding {
  return {
    code: 'key_repeated',
    severity: 'error',
    message: `${counted(keys, 'key')} (${columns.join(', ')}) ${keys === 1 ? 'is' : 'are'} in several rows: ${counted(surplus, 'row')} too many. Each of them is sent, and the last one wins.`,
    mend: `Keep one row of each in the model: QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY "timestamp" DESC) = 1. For identify: check dedupe_column, and filter out rows where it is NULL.`,
    count: surplus,
    examples,
  };
}

function repeatedEvents(keys: number, surplus: number, examples: readonly Detail[]): Finding {
  return {
    code: 'key_repeated',
    severity: 'warning',
    message: `${counted(keys, 'event')} ${keys === 1 ? 'is' : 'are'} in several rows that get the same message id: Customer.io counts each once, ${counted(surplus, 'row')} fewer.`,
    mend: 'If they are different events, select a column event_id (or messageId) that tells them apart. If not, select distinct rows.',
    count: surplus,
    examples,
  };
}
