import type { ModelPlan } from '../../plan/plan.ts';
import { cursorOf, keyOf, recordFields, sentFields } from '../../record-line/record-fields.ts';
import type { StreamRead } from '../change-way.ts';
import type { ModelState } from '../cursor/model-state.ts';

const isHash = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);

/**
 * SQL of whether a row was sent by a read that went by a cursor: it is not after the cursor, or is one of those dated
 * ahead of it that the state remembers.
 */
export function sentByCursor(
  { plan, contract }: Pick<StreamRead, 'plan' | 'contract'>,
  model: ModelPlan,
  known: ModelState | undefined,
): string | undefined {
  const { dialect } = plan.warehouse;
  if (known === undefined) return undefined;
  const fields = recordFields(dialect, contract, model);
  const hash = dialect.text.hash(dialect.text.cast(dialect.json.object(sentFields(contract, model, fields))));
  const hashes = known.future.filter(isHash).map(dialect.quoteString);
  const isFuture = hashes.length === 0 ? 'FALSE' : `${hash} IN (${hashes.join(', ')})`;
  const { cursor } = known;
  if (cursor === undefined) return isFuture;
  const ts = cursorOf(dialect, model);
  const key = `${keyOf(dialect, contract, model, fields, known.ids ?? 1)} <= ${dialect.quoteString(cursor.key)}`;
  if (cursor.timestamp === null) return `(${isFuture} OR (${ts} IS NULL AND ${key}))`;
  const at = dialect.time.literal(cursor.timestamp);
  return `(${isFuture} OR ${ts} IS NULL OR ${ts} < ${at} OR (${ts} = ${at} AND ${key}))`;
}
