import type { Dialect } from '../../warehouse/warehouse.ts';
import { counted, type Detail, type Finding } from '../finding.ts';
import { identifierOf, isBlank, keyOf, onModel, personKey } from '../keys.ts';
import { type Examination, hasColumn, type Subject } from '../subject.ts';

/** One side of a reference: rows of a stream that name a person or an object. */
interface Side {
  /** SQL of the key that both sides are compared by. */
  readonly key: string;
  /** SQL of another key that what is pointed at is known by; undefined where the model has none. */
  readonly otherKey: (target: Subject) => string | undefined;
  readonly columns: readonly string[];
}

/** A person with an id for userId and an attribute `email` is found by both, as Customer.io finds them. */
const personSide = ({ plan, delivery }: Examination): Side => ({
  key: personKey(plan.warehouse.dialect, delivery),
  otherKey: ({ model }) =>
    delivery.identifier === 'auto' && hasColumn(model, 'email')
      ? `LOWER(${identifierOf(plan.warehouse.dialect, 'email', delivery)})`
      : undefined,
  columns: ['userId'],
});

const objectSide = ({ plan: { warehouse }, delivery }: Examination): Side => ({
  key: ['objectTypeId', 'groupId']
    .map((name) => identifierOf(warehouse.dialect, name, delivery))
    .join(" || '|' || "),
  otherKey: () => undefined,
  columns: ['objectTypeId', 'groupId'],
});

/** Rows of events and relationships whose person is in none of the persons' models. */
export function personsNotSent(subject: Subject, persons: readonly Subject[], examination: Examination) {
  const lost = (keys: number, rows: number): Finding => ({
    code: 'person_not_sent',
    severity: 'warning',
    column: 'userId',
    message: `The person is not in any model of persons: ${counted(rows, 'row')} of ${counted(keys, 'userId')}. Customer.io creates a person without a name for each.`,
    mend: `Join with the persons' model in this one, and check that both take userId from the same column.`,
  });
  return notSent(subject, persons, personSide(examination), examination, lost);
}

/** Rows of relationships whose object is in none of the objects' models. */
export function objectsNotSent(subject: Subject, objects: readonly Subject[], examination: Examination) {
  const lost = (keys: number, rows: number): Finding => ({
    code: 'object_not_sent',
    severity: 'warning',
    column: 'groupId',
    message: `The object is not in any model of objects: ${counted(rows, 'row')} of ${counted(keys, 'object')}. Customer.io creates an object without a name for each.`,
    mend: `Compare objectTypeId and groupId with those of the objects' models.`,
  });
  return notSent(subject, objects, objectSide(examination), examination, lost);
}

async function notSent(
  subject: Subject,
  targets: readonly Subject[],
  side: Side,
  examination: Examination,
  lost: (keys: number, rows: number) => Finding,
): Promise<Finding[]> {
  const complete = [subject, ...targets].every(({ model }) =>
    side.columns.every((name) => hasColumn(model, name)),
  );
  if (!complete || targets.length === 0) return [];
  const { dialect, rows: ask } = examination.plan.warehouse;
  const found = await ask(lostQuery(subject, targets, side, dialect));
  const [first] = found;
  if (first === undefined) return [];
  const total = Number(first.__lost);
  const examples = found.map(({ __keys, __lost, __all, rows, ...key }) => ({ ...key, rows: Number(rows) }));
  const finding = { ...lost(Number(first.__keys), total), count: total, examples };
  // Not one match: the two sides speak of different things, such as ids here and emails there.
  return [Number(first.__all) === total ? { ...finding, severity: 'error' } : finding];
}

function lostQuery(
  subject: Subject,
  targets: readonly Subject[],
  { key, otherKey, columns }: Side,
  dialect: Dialect,
): string {
  const known = targets
    .flatMap((target) =>
      [key, otherKey(target)]
        .filter((each) => each !== undefined)
        .map((each) => `SELECT ${each} AS "__key" FROM (\n${target.model.compiled.sql}\n) AS "__target"`),
    )
    .join('\nUNION\n');
  const named = columns.map((name) => dialect.quoteIdentifier(name));
  const shown = named.map((name) => `MIN(${dialect.text.cast(name)}) AS ${name}`);
  const blank = columns.map((name) => isBlank(dialect, name)).join(' OR ');
  const keyed = `SELECT *, ${key} AS "__key" FROM "__model" WHERE NOT (${blank})`;
  const counts = `SELECT "__keyed"."__key", COUNT("__known"."__key") AS "matches", COUNT(*) AS "rows", ${shown.join(', ')}
  FROM "__keyed" LEFT JOIN "__known" ON "__keyed"."__key" = "__known"."__key"
  WHERE "__keyed"."__key" IS NOT NULL GROUP BY "__keyed"."__key"`;
  const sql = `SELECT ${named.join(', ')}, "rows", COUNT(*) OVER () AS "__keys", SUM("rows") OVER () AS "__lost", "all" AS "__all"
FROM (SELECT *, SUM("rows") OVER () AS "all" FROM "__counts") AS "__totals"
WHERE "matches" = 0 ORDER BY "rows" DESC, "__key" LIMIT 5`;
  return onModel(subject, sql, { __known: known, __keyed: keyed, __counts: counts });
}

/** Keys that several models of one stream give: each of the models writes to the same person or object. */
export async function sharedKeys(subjects: readonly Subject[], examination: Examination): Promise<Finding[]> {
  const { dialect, rows: ask } = examination.plan.warehouse;
  const branches = subjects.flatMap((subject) => {
    const key = subject.contract.name === 'events' ? undefined : keyOf(subject, examination);
    const { label, compiled } = subject.model;
    if (key === undefined) return [];
    return [
      `SELECT ${key} AS "key", ${dialect.quoteString(label)} AS "model" FROM (\n${compiled.sql}\n) AS "__one"`,
    ];
  });
  if (branches.length < 2) return [];
  const found =
    await ask(`SELECT "key", MIN("model") AS "one", MAX("model") AS "other", COUNT(*) OVER () AS "__keys"
FROM (${branches.join('\nUNION ALL\n')}) AS "__models" WHERE "key" IS NOT NULL
GROUP BY "key" HAVING COUNT(DISTINCT "model") > 1 ORDER BY "key" LIMIT 5`);
  const count = Number(found[0]?.__keys ?? 0);
  const examples = found.map(({ __keys, ...rest }) => rest);
  return count === 0 ? [] : [sharedFinding(count, examples)];
}

function sharedFinding(count: number, examples: readonly Detail[]): Finding {
  return {
    code: 'key_shared',
    severity: 'warning',
    message: `${counted(count, 'key')} in more than one model of the stream. Where both have a value, the later model overwrites it.`,
    mend: 'This is harmless if the models give different attributes. Otherwise leave such rows out of one of them.',
    count,
    examples,
  };
}
