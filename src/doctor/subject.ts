import type { DestinationConfig } from '../destination/config.ts';
import { isAirbyteColumn } from '../destination/mapping/attributes.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { nearMatches } from '../errors/did-you-mean.ts';
import type { NamedDefinition } from '../source/plan/definitions.ts';
import type { ModelPlan, Plan } from '../source/plan/plan.ts';
import { describeModel, missingColumns } from '../source/plan/plan-model.ts';
import type { StreamContract } from '../streams/contract.ts';
import type { Finding } from './finding.ts';

/** What of the destination's configuration decides which rows Customer.io takes. */
export type Delivery = Pick<
  DestinationConfig,
  'api' | 'identifier' | 'too_long' | 'null_attributes' | 'trim_identifiers'
>;

/** What every question to the data needs. */
export interface Examination {
  readonly plan: Plan;
  readonly delivery: Delivery;
  /** Timestamps beyond it lie in the future: `YYYY-MM-DDTHH:MM:SS.fff` in UTC. */
  readonly now: string;
}

/** One model of a stream that could be compiled and described. */
export interface Subject {
  readonly contract: StreamContract;
  readonly model: ModelPlan;
}

/** A model, and what its compilation shows already. */
export interface Compiled {
  readonly label: string;
  readonly subject: Subject | undefined;
  readonly findings: readonly Finding[];
}

/** Compiles and describes one definition. Where that fails, the failure is the finding. */
export async function compileSubject(
  plan: Plan,
  contract: StreamContract,
  named: NamedDefinition,
): Promise<Compiled> {
  const { label } = named;
  try {
    const model = await describeModel(plan, named);
    const findings = [...model.compiled.notes.map(remark), ...columnFindings(contract, model)];
    return { label, subject: { contract, model }, findings };
  } catch (error) {
    return { label, subject: undefined, findings: [failure('does_not_compile', error)] };
  }
}

/** @throws what is no fault of the user's. */
export function failure(code: 'does_not_compile' | 'does_not_run', error: unknown): Finding {
  if (!(error instanceof ConnectorError)) throw error;
  return { code, severity: 'error', message: error.message };
}

function remark(note: string): Finding {
  const isParameter = /^(ignore|rename)_traits:/.test(note);
  return { code: isParameter ? 'parameter_unused' : 'remark', severity: 'warning', message: note };
}

/** The other columns: attributes, properties. */
export function attributesOf({ contract, model }: Subject) {
  const own = new Set<string>(contract.columnNames);
  return model.columns.filter(({ name }) => !own.has(name) && !isAirbyteColumn(name));
}

export const hasColumn = (model: ModelPlan, name: string): boolean =>
  model.columns.some((column) => column.name === name);

function columnFindings(contract: StreamContract, model: ModelPlan): Finding[] {
  const missing = missingColumns(contract, model.columns);
  return [
    ...missing.map((name) => missingColumn(contract, model, name)),
    ...contract.columnNames
      .filter((name) => !hasColumn(model, name) && !missing.includes(name))
      .flatMap((name) => otherCase(model, name)),
  ];
}

const shownNames = 12;

function missingColumn(contract: StreamContract, model: ModelPlan, name: string): Finding {
  const names = model.columns.map((column) => column.name);
  const [near] = nearMatches(name, names);
  const listed = names.length > shownNames ? `${names.slice(0, shownNames).join(', ')}, …` : names.join(', ');
  return {
    code: 'required_column_missing',
    severity: 'error',
    column: name,
    message: `There is no column "${name}", which ${contract.name} need. The model has ${listed}.`,
    mend:
      near === undefined ? `Select it AS "${name}".` : `Did you mean ${near}? Write ${near} AS "${name}".`,
  };
}

function otherCase(model: ModelPlan, name: string): Finding[] {
  const found = model.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) return [];
  return [
    {
      code: 'name_differs_by_case',
      severity: 'warning',
      column: found.name,
      message: `The column "${found.name}" becomes an ordinary attribute: "${name}" would have a special meaning.`,
      mend: `Write ${found.name} AS "${name}" if you mean that.`,
    },
  ];
}
