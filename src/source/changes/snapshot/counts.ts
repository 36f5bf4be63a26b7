import type { TextRow } from '../../../warehouse/warehouse.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';

/** What a read has found. */
export interface Counts {
  readonly rows: number;
  readonly keys: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly moved: number;
  /** Those who moved with the generation before: their merge is sent once more. */
  readonly movedBefore: number;
  /** Keys that are there now. */
  readonly there: number;
  readonly undated: number;
  /** The models that gave a row. */
  readonly filled: ReadonlySet<string>;
}

const number = (row: TextRow | undefined, name: string): number => Number(row?.[name] ?? 0);

/** One statement for all that has to be known before the first row is given. */
export async function count(
  { engine }: Snapshots,
  { delta, stage, promoted }: { readonly delta: string; readonly stage: string; readonly promoted: number },
): Promise<Counts> {
  const when = (condition: string): string => `COUNT(CASE WHEN ${condition} THEN 1 END)`;
  const models = engine.dialect.snapshot.joined(`"model" || CHR(31)`);
  const [row] = await engine.rows(`SELECT * FROM (SELECT COUNT(*) AS "rows", COUNT(DISTINCT "key") AS "keys",
  ${when(`"action" = 'added'`)} AS "added", ${when(`"action" = 'changed'`)} AS "changed", ${when('"at" IS NULL')} AS "undated",
  ${models} AS "filled" FROM ${delta}) AS "delta"
CROSS JOIN (SELECT ${when(`"action" = 'removed'`)} AS "removed", ${when(`"action" = 'moved' AND "generation" > ${promoted}`)} AS "moved",
  ${when(`"action" = 'moved' AND "generation" = ${promoted}`)} AS "moved_before", ${when('"gone" IS NULL')} AS "there" FROM ${stage}) AS "stage"`);
  return {
    rows: number(row, 'rows'),
    keys: number(row, 'keys'),
    added: number(row, 'added'),
    changed: number(row, 'changed'),
    removed: number(row, 'removed'),
    moved: number(row, 'moved'),
    movedBefore: number(row, 'moved_before'),
    there: number(row, 'there'),
    undated: number(row, 'undated'),
    filled: new Set((row?.filled ?? '').split('\u001f').filter((label) => label !== '')),
  };
}
