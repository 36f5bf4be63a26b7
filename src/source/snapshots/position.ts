import { z } from 'zod';
import type { BoundSql, Dialect } from '../../warehouse/warehouse.ts';

/**
 * How far the changes of a generation were sent: removals come first, then rows in the order of time and key, then
 * people who have become others.
 */
export const positionSchema = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('start') }),
  z.strictObject({ phase: z.literal('removals'), key: z.string() }),
  z.strictObject({ phase: z.literal('rows'), timestamp: z.string().nullable(), key: z.string() }),
  z.strictObject({ phase: z.literal('moves'), key: z.string() }),
  z.strictObject({ phase: z.literal('end') }),
]);

export type Position = Readonly<z.infer<typeof positionSchema>>;

export const atStart: Position = { phase: 'start' };

const phases: readonly Position['phase'][] = ['start', 'removals', 'rows', 'moves', 'end'];
const rank = ({ phase }: Position): number => phases.indexOf(phase);

/** A timestamp that the warehouse printed, as SQL. */
const stampSql = ({ time }: Dialect, timestamp: string): string => time.literal(timestamp.replace(' ', 'T'));

/** SQL of whether a row of a stage, of which each change has an `action`, was sent at a position. */
export function sentBy(dialect: Dialect, position: Position): string {
  const key = 'key' in position ? dialect.quoteString(position.key) : '';
  const at = rank(position);
  const removals = position.phase === 'removals' ? `"key" <= ${key}` : bool(at > 1);
  const rows = position.phase === 'rows' ? `NOT ${rowsAfter(dialect, position).sql}` : bool(at > 2);
  const moves = position.phase === 'moves' ? `"key" <= ${key}` : bool(at > 3);
  return `CASE "action" WHEN 'removed' THEN ${removals} WHEN 'moved' THEN ${moves} ELSE ${rows} END`;
}

const bool = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

/** SQL of whether a row comes after a position among the rows, or at it where `inclusive`. */
export function rowsAfter(
  dialect: Dialect,
  { timestamp, key }: { readonly timestamp: string | null; readonly key: string },
  inclusive = false,
): BoundSql {
  const beyond = `"key" ${inclusive ? '>=' : '>'} ${dialect.quoteString(key)}`;
  if (timestamp === null) return { sql: `("sent_at" IS NOT NULL OR ${beyond})`, values: [] };
  const at = stampSql(dialect, timestamp);
  return {
    sql: `(COALESCE("sent_at" > ${at}, FALSE) OR (COALESCE("sent_at" = ${at}, FALSE) AND ${beyond}))`,
    values: [],
  };
}
