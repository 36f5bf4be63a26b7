import { entityColumn } from '../../../models/identify/identify.ts';
import { mergedIntoColumn, type StreamContract, unsetColumn } from '../../../streams/contract.ts';
import { isMarkedSql } from '../../../warehouse/bad-value.ts';
import type { Dialect } from '../../../warehouse/warehouse.ts';
import type { ModelPlan } from '../../plan/plan.ts';
import type { IdRecipe } from '../../record-line/event-identity.ts';
import type { NamedField } from '../../record-line/record-fields.ts';
import { sampleSql } from './hints.ts';
import { type RowSql, rowSql, separator } from './row-sql.ts';

/** What all of a stream's rows are compared with, and how. */
export interface Comparison {
  readonly dialect: Dialect;
  readonly contract: StreamContract;
  readonly recipe: IdRecipe;
  readonly ignored: ReadonlySet<string>;
  /** The base, as SQL that can be selected from; undefined before the first. */
  readonly base: string | undefined;
  /** Keys that several rows have: SQL of a table of `key`, `hash` and `shape` over all of them. */
  readonly repeated: string | undefined;
  /** The start of the read, `YYYY-MM-DDTHH:MM:SS.fff` in UTC. */
  readonly start: string;
  /** Which new rows need not be sent, as SQL over a model's rows; from a state of another way. */
  readonly alreadySent: (model: ModelPlan) => string | undefined;
  /** False where it is not known who has become whom: an event that has another person then waits. */
  readonly isPersonKnown: boolean;
  /** The rows of a model that were brought to another engine; undefined where the models are its own. */
  readonly brought?: BroughtModels | undefined;
}

/** Models whose rows were brought. */
export interface BroughtModels {
  rowsOf(model: ModelPlan): BroughtRows;
  /** Brings what the lines of a table's changes are made of. */
  bringFields(delta: string): Promise<void>;
}

/** A model's rows as a table of the engine that compares them. */
export interface BroughtRows {
  /** SQL of a table with the columns that {@link ownColumns} names. */
  readonly table: string;
  readonly row: RowSql;
}

/** What a snapshot makes of each row of a model. */
export const ownColumns = [
  ...(['key', 'spelled', 'hash', 'shape', 'time', 'person', 'removed', 'known', 'entity'] as const),
];

/** A name that nothing in the model's text bears. */
function freePrefix({ compiled, columns }: ModelPlan): string {
  const taken = [compiled.sql, ...columns.map(({ name }) => name)].join('\n').toLowerCase();
  let prefix = '__snapshot';
  while (taken.includes(prefix)) prefix += '_';
  return prefix;
}

/** Every row of the stream's models once, with a finished line where it is to be sent: a SELECT. */
export function deltaSql(comparison: Comparison, models: readonly ModelPlan[]): string {
  const parts = models.map((model) => `SELECT * FROM (\n${modelDelta(comparison, model)}\n)`);
  return parts.join('\nUNION ALL\n');
}

/** SQL of a model's rows: what stands after WITH, their row, and the names of what they have beside its columns. */
export interface ModelRows {
  readonly ctes: string;
  readonly row: RowSql;
  own(name: string): string;
}

/** The rows of a model of the warehouse whose dialect it is. */
export function modelRows(
  comparison: Pick<Comparison, 'dialect' | 'contract' | 'recipe' | 'ignored' | 'alreadySent'>,
  model: ModelPlan,
): ModelRows {
  const { dialect, contract } = comparison;
  const row = rowSql(dialect, contract, model, comparison);
  const prefix = freePrefix(model);
  const own = (name: string): string => dialect.quoteIdentifier(`${prefix}_${name}`);
  const rows = `SELECT *, ${row.key} AS ${own('key')}, ${row.spelled} AS ${own('spelled')}, ${row.hash} AS ${own('hash')},
  ${row.shape} AS ${own('shape')}, ${row.time} AS ${own('time')}, ${row.person} AS ${own('person')},
  ${row.isRemoved} AS ${own('removed')}, ${comparison.alreadySent(model) ?? 'FALSE'} AS ${own('known')},
  ${entityOf(dialect, model)} AS ${own('entity')} FROM ${own('model')}`;
  return {
    ctes: `${own('model')} AS (\n${model.compiled.sql}\n), ${own('rows')} AS (\n${rows}\n)`,
    row,
    own,
  };
}

function entityOf(dialect: Dialect, { columns }: ModelPlan): string {
  const entity = columns.find(({ name }) => name === entityColumn);
  return entity === undefined
    ? `CAST(NULL AS ${dialect.types.made.text})`
    : dialect.text.exact(dialect.quoteIdentifier(entityColumn), entity);
}

/** The rows that were brought, under the same names. */
function broughtRows(dialect: Dialect, { table, row }: BroughtRows): ModelRows {
  const own = (name: string): string => dialect.quoteIdentifier(`own_${name}`);
  const names = ownColumns.map((name) => `"brought"."${name}" AS ${own(name)}`).join(', ');
  return { ctes: `${own('rows')} AS (SELECT "brought".*, ${names} FROM ${table} AS "brought")`, row, own };
}

function modelDelta(comparison: Comparison, model: ModelPlan): string {
  const { dialect, brought } = comparison;
  const { ctes, row, own } =
    brought === undefined ? modelRows(comparison, model) : broughtRows(dialect, brought.rowsOf(model));
  const words = new DeltaWords(comparison, row, own);
  return `WITH ${ctes}, ${own('compared')} AS (
SELECT ${own('rows')}.*${words.baseColumns()} FROM ${own('rows')}${words.joins()}
)
SELECT ${own('key')} AS "key", CASE WHEN ${own('spelled')} <> ${own('key')} THEN ${own('spelled')} END AS "spelled",
  ${dialect.quoteString(model.label)} AS "model", ${words.hash()} AS "hash", ${words.keptShape()} AS "shape",
  ${words.sentAt()} AS "sent_at", ${own('time')} AS "at", ${own('person')} AS "person",
  ${own('entity')} AS "entity",
  ${words.sample()} AS "sample", ${words.held()} AS "held", ${words.wasThere()} AS "was_there", ${words.action()} AS "action",
  CASE WHEN ${words.isSent()} THEN ${words.line(model)} END AS "line"${brought === undefined ? '' : ', "n"'}
FROM ${own('compared')}`;
}

/** The columns of a base that a comparison asks for. */
const baseNames = ['key', 'hash', 'shape', 'sent_at', 'person', 'gone', 'sample'] as const;

/** SQL over a model's rows joined with the base. */
class DeltaWords {
  readonly #comparison: Comparison;
  readonly #row: RowSql;
  readonly #own: (name: string) => string;

  constructor(comparison: Comparison, row: RowSql, own: (name: string) => string) {
    this.#comparison = comparison;
    this.#row = row;
    this.#own = own;
  }

  baseColumns(): string {
    const { base, repeated } = this.#comparison;
    const own = this.#own;
    const columns = base === undefined ? [] : baseNames.map((name) => own(`base_${name}`));
    const more = repeated === undefined ? [] : ['key', 'hash', 'shape'].map((name) => own(`all_${name}`));
    return [...columns, ...more].map((name) => `, ${name}`).join('');
  }

  joins(): string {
    const { base, repeated } = this.#comparison;
    const own = this.#own;
    const renamed = (names: readonly string[], as: string): string =>
      names.map((name) => `"${name}" AS ${own(`${as}_${name}`)}`).join(', ');
    const join = (table: string, names: readonly string[], as: string): string =>
      `\nLEFT JOIN (SELECT ${renamed(names, as)} FROM ${table} AS "table") AS ${own(as)} ON ${own(`${as}_key`)} = ${own('key')}`;
    return [
      base === undefined ? '' : join(base, baseNames, 'base'),
      repeated === undefined ? '' : join(repeated, ['key', 'hash', 'shape'], 'all'),
    ].join('');
  }

  get #isEvent(): boolean {
    return this.#comparison.contract.syncType === 'track';
  }

  #ofAll(name: 'hash' | 'shape'): string {
    const { repeated } = this.#comparison;
    return repeated === undefined
      ? this.#own(name)
      : `COALESCE(${this.#own(`all_${name}`)}, ${this.#own(name)})`;
  }

  hash(): string {
    return this.#ofAll('hash');
  }

  /** What was set stays set in Customer.io while the row says only that it was removed. */
  keptShape(): string {
    if (this.#comparison.base === undefined) return this.#ofAll('shape');
    return `CASE WHEN ${this.#own('removed')} THEN COALESCE(${this.#own('base_shape')}, '') ELSE ${this.#ofAll('shape')} END`;
  }

  /**
   * Customer.io ignores an update of a person that is older than the last one, also where a row's time has gone back,
   * and takes one without a time for one of now.
   */
  sentAt(): string {
    const { base, contract, dialect, start } = this.#comparison;
    const time = this.#own('time');
    const now = dialect.time.literal(start);
    // An event without a time is one of the moment at which it comes.
    if (this.#isEvent)
      return `COALESCE(${time}, ${base === undefined ? '' : `${this.#own('base_sent_at')}, `}${now})`;
    if (contract.syncType !== 'identify') return time;
    const dated = `COALESCE(${time}, ${now})`;
    return base === undefined
      ? dated
      : `GREATEST(${dated}, COALESCE(${this.#own('base_sent_at')}, ${dated}))`;
  }

  wasThere(): string {
    return this.#comparison.base === undefined
      ? 'FALSE'
      : `(${this.#own('base_key')} IS NOT NULL AND ${this.#own('base_gone')} IS NULL)`;
  }

  /** Who has an event already. */
  held(): string {
    const { base, dialect } = this.#comparison;
    return base === undefined || !this.#isEvent
      ? `CAST(NULL AS ${dialect.types.made.text})`
      : this.#own('base_person');
  }

  /** Whether the person of the row has the event already. An event of nobody known becomes whoever's it is. */
  #isHeld(): string {
    const held = this.#own('base_person');
    const person = this.#own('person');
    return `(${person} = '' OR ${held} = ${separator} OR CONTAINS(${held}, ${separator} || ${person} || ${separator}))`;
  }

  action(): string {
    if (this.#isEvent) return this.#eventAction();
    const { base } = this.#comparison;
    if (base === undefined) return `CASE WHEN ${this.#own('known')} THEN NULL ELSE 'added' END`;
    return `CASE WHEN ${this.#own('base_key')} IS NULL AND ${this.#own('known')} THEN NULL WHEN ${this.wasThere()} THEN CASE WHEN ${this.#own('base_hash')} IS DISTINCT FROM ${this.hash()} THEN 'changed' END ELSE 'added' END`;
  }

  #eventAction(): string {
    const { base, isPersonKnown } = this.#comparison;
    const isNew = `CASE WHEN ${this.#own('known')} THEN NULL ELSE 'added' END`;
    if (base === undefined) return isNew;
    const other = isPersonKnown ? `'changed'` : 'NULL';
    return `CASE WHEN ${this.#own('base_key')} IS NULL THEN ${isNew} WHEN ${this.#isHeld()} THEN CASE WHEN ${this.#own('base_gone')} = 'maybe' THEN 'added' END ELSE ${other} END`;
  }

  isSent(): string {
    return `(${this.action()}) IS NOT NULL`;
  }

  /** What tells a row's columns apart once they have changed; only rows that are sent have it made anew. */
  sample(): string {
    const { base, dialect } = this.#comparison;
    const before = base === undefined ? `CAST(NULL AS ${dialect.types.made.text})` : this.#own('base_sample');
    if (this.#isEvent) return before;
    return `CASE WHEN ${this.isSent()} THEN ${sampleSql(dialect, this.#row.compared)} ELSE ${before} END`;
  }

  line(model: ModelPlan): string {
    const { contract, dialect } = this.#comparison;
    const prefix = `{"type":"RECORD","record":{"stream":"${contract.name}","emitted_at":${Date.parse(`${this.#comparison.start}Z`)},"data":`;
    const fields = this.#row.fields.map((field) => ({ name: field.name, sql: this.#fieldSql(field) }));
    return dialect.json.line(prefix, fields, '}}', this.#unset(model));
  }

  #fieldSql({ name, sql }: NamedField): string {
    if (name === 'messageId' && this.#isEvent) return `CONCAT('"', ${this.#messageId()}, '"')`;
    if (name !== 'timestamp' || this.#comparison.contract.syncType !== 'identify') return sql;
    const { dialect } = this.#comparison;
    const sentAt = this.sentAt();
    const own = `CONCAT('"', REPLACE(${dialect.time.print(sentAt)}, ' ', 'T'), 'Z"')`;
    return `CASE WHEN ${this.#own('time')} IS NULL OR ${sentAt} > ${this.#own('time')} THEN ${own} ELSE ${sql} END`;
  }

  /**
   * An event that is sent again for another person is another one: Customer.io ignores an id that it has seen. One that
   * may have been sent to the same person is the same.
   */
  #messageId(): string {
    const { dialect, base } = this.#comparison;
    const { identity } = this.#row;
    const again = `${identity} || '|' || ${this.#own('person')}`;
    const text =
      base === undefined
        ? identity
        : `CASE WHEN ${this.#own('base_key')} IS NULL OR (${this.#own('base_gone')} = 'maybe' AND ${this.#isHeld()}) THEN ${identity} ELSE ${again} END`;
    return dialect.text.ulid(this.#own('time'), text);
  }

  /** Members that name the attributes which had a value and have none now. */
  #unset(model: ModelPlan): string | undefined {
    const { base, contract, dialect } = this.#comparison;
    const isOwn = model.columns.some(({ name }) => name === unsetColumn || name === mergedIntoColumn);
    if (base === undefined || contract.syncType === 'track' || isOwn) return undefined;
    const before = this.#own('base_shape');
    const after = this.#ofAll('shape');
    const member = dialect.quoteString(`,"${unsetColumn}":`);
    const lost = dialect.snapshot.lost(before, after);
    const isUnknown = this.#row.fields
      .filter(({ name }) => name === 'relationshipAttributes')
      .map(({ sql }) => ` OR ${isMarkedSql(sql)}`);
    return `CASE WHEN ${before} IS NULL OR ${before} = ${after} OR ${this.#own('removed')}${isUnknown.join('')} THEN '' ELSE COALESCE(${member} || NULLIF(${lost}, '[]'), '') END`;
  }
}
