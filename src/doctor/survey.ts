import { counted, type Detail, type Finding } from './finding.ts';
import { keyOf, onModel } from './keys.ts';
import { attributeProbes } from './probes/attribute-probes.ts';
import { keyProbes } from './probes/key-probes.ts';
import type { Probe } from './probes/probe.ts';
import { attributesOf, type Examination, type Subject } from './subject.ts';

/** What one pass over a model's rows tells. */
export interface Survey {
  readonly rows: number;
  /** Rows whose key another row has too, less one of each. */
  readonly surplus: number;
  readonly met: readonly { readonly probe: Probe; readonly count: number }[];
  /** Attributes that are NULL in every row. */
  readonly empty: readonly string[];
}

const probesOf = (subject: Subject, examination: Examination): Probe[] => [
  ...keyProbes(subject, examination),
  ...attributeProbes(subject, examination),
];

/** The one aggregate query of a model. */
function surveyQuery(subject: Subject, probes: readonly Probe[], examination: Examination): string {
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

export function probeFinding(
  probe: Probe,
  count: number,
  rows: number,
  examples: readonly Detail[],
): Finding {
  const all = probe.errorIfAll && count === rows;
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

export function emptyAttributes(names: readonly string[]): Finding {
  return {
    code: 'empty_attributes',
    severity: 'info',
    message: `${counted(names.length, 'attribute')} hold${names.length === 1 ? 's' : ''} no value in any row, so ${names.length === 1 ? 'it' : 'they'} will not appear in Customer.io: ${names.join(', ')}.`,
    count: names.length,
    details: names.map((column) => ({ column })),
  };
}
