import type { Dialect, TextRow } from '../warehouse/warehouse.ts';
import type { Detail } from './finding.ts';
import { onModel, textOf } from './keys.ts';
import type { Probe } from './probes/probe.ts';
import { type Examination, hasColumn, type Subject } from './subject.ts';
import type { Survey } from './survey.ts';

/** Rows of one problem that are shown. */
const shownRows = 3;

/** A few rows of every probe that met some, in one query. */
export async function examplesOf(
  subject: Subject,
  { met }: Survey,
  { plan: { warehouse } }: Examination,
): Promise<ReadonlyMap<Probe, readonly Detail[]>> {
  if (met.length === 0) return new Map();
  const names = namingColumns(subject);
  const branches = met.map(({ probe }, index) => branchOf(probe, index, names, warehouse.dialect));
  const rows = await warehouse.rows(onModel(subject, branches.join('\nUNION ALL\n')));
  return new Map(
    met.map(({ probe }, index) => [
      probe,
      rows.filter((row) => row.__probe === String(index)).map((row) => exampleOf(row, probe, names)),
    ]),
  );
}

/** The columns that tell a person which row is meant. */
function namingColumns({ contract, model }: Subject): string[] {
  const known = [...contract.required, ...(hasColumn(model, 'userId') ? [] : ['anonymousId'])];
  const names = known.filter((name) => hasColumn(model, name));
  return names.length > 0 ? names : model.columns.slice(0, 2).map((column) => column.name);
}

function branchOf(probe: Probe, index: number, names: readonly string[], dialect: Dialect): string {
  const { column, condition, size } = probe;
  const short = (name: string): string => `SUBSTR(${textOf(dialect, name)}, 1, 60)`;
  // Of what is too long the length is enough: it may be a text that nobody wants in a log.
  const value = column === '' || size !== undefined ? 'NULL' : short(column);
  const columns = [
    `${index} AS "__probe"`,
    // Under names of their own: a shortened value must not be what the condition looks at.
    ...names.map((name, place) => `${short(name)} AS "__n${place}"`),
    `${dialect.text.cast(value)} AS "__value"`,
    `${dialect.text.cast(size ?? 'NULL')} AS "__size"`,
  ];
  const order = size === undefined ? '2' : `${size} DESC, 2`;
  return `SELECT * FROM (SELECT ${columns.join(', ')} FROM "__model" WHERE ${condition} ORDER BY ${order} LIMIT ${shownRows}) AS "__${index}"`;
}

function exampleOf(row: TextRow, { column, size }: Probe, names: readonly string[]): Detail {
  const naming = names.map((name, place): [string, string | null] => [name, row[`__n${place}`] ?? null]);
  const shows = column !== '' && size === undefined && !names.includes(column);
  return {
    ...Object.fromEntries(naming),
    ...(shows ? { [column]: row.__value ?? null } : {}),
    ...(size === undefined ? {} : { size: Number(row.__size) }),
  };
}
