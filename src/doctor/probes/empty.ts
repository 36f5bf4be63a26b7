import { compileModel } from '../../models/compile.ts';
import type { SourceConfig } from '../../source/config.ts';
import type { Plan } from '../../source/plan/plan.ts';
import { lackingFor } from '../../source/plan/unfilled.ts';
import type { StreamName } from '../../streams/contract.ts';
import type { Detail, Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';

/** A stream that nothing fills: switched off, or the warehouse has not what its shipped model reads. */
export function noModel(stream: StreamName, config: SourceConfig, plan: Plan): Finding {
  const message =
    config[stream] === undefined
      ? `No model and no table of the warehouse fills this stream. The shipped model needs ${lackingFor(plan, stream).join(', ')}, which the warehouse does not have.`
      : 'Switched off: the list in the configuration is empty.';
  return { code: 'no_model', severity: 'info', message };
}

/** A model without rows: how many rows each model and table has that it reads. */
export async function emptyModel({ model }: Subject, { warehouse, context }: Plan): Promise<Finding> {
  const counts = model.compiled.refs.map(
    (name, index) => `(SELECT COUNT(*) FROM (\n${sqlOf(name, context)}\n) AS "__ref") AS "${index}"`,
  );
  const [row] = counts.length === 0 ? [] : await warehouse.rows(`SELECT ${counts.join(', ')}`);
  const details = model.compiled.refs.map((name, index): Detail => ({ name, rows: Number(row?.[index]) }));
  const list = details.map(({ name, rows }) => `${name}: ${Number(rows).toLocaleString('en')}`).join(', ');
  const first = details.find(({ rows }) => rows === 0);
  return {
    code: 'model_empty',
    severity: 'warning',
    message: `The model has no rows.${list === '' ? '' : ` Rows of what it reads: ${list}.`}`,
    mend:
      first === undefined
        ? 'Look at its joins and conditions: what it reads has rows.'
        : `Fill ${first.name} first.`,
    ...(details.length === 0 ? {} : { details }),
  };
}

/** A name that a model refers to, as the model itself resolves it. */
const sqlOf = (name: string, context: Plan['context']): string =>
  compileModel({ from: 'sql', sql: `SELECT * FROM {{ ref('${name.replaceAll("'", "\\'")}') }}` }, context)
    .sql;
