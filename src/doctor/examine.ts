import type { SourceConfig } from '../source/config.ts';
import { definitionsOf, notTaken } from '../source/plan/definitions.ts';
import { type StreamName, streamContracts, streamNames } from '../streams/contract.ts';
import { examplesOf } from './examples.ts';
import type { Finding, ModelReport, StreamReport } from './finding.ts';
import { emptyModel, noModel } from './probes/empty.ts';
import { explainIdentify } from './probes/identify.ts';
import { objectsNotSent, personsNotSent, sharedKeys } from './probes/references.ts';
import { repeatedKeys } from './probes/repeated-keys.ts';
import { reservedNames } from './probes/reserved-names.ts';
import { type Compiled, compileSubject, type Examination, failure, type Subject } from './subject.ts';
import { emptyAttributes, probeFinding, type Survey, survey } from './survey.ts';

type CompiledStreams = ReadonlyMap<StreamName, readonly Compiled[]>;

/** The models that have rows, of streams that are known whole. Persons and objects are looked at before what points at them. */
type Filled = Map<StreamName, readonly Subject[]>;

/**
 * Looks at every stream: compiles all models, then asks each a few queries. One that fails becomes a finding,
 * and the others are looked at all the same. Between queries an abort ends it with what is known so far.
 */
export async function examineStreams(
  config: SourceConfig,
  examination: Examination,
  signal: AbortSignal,
): Promise<StreamReport[]> {
  const compiled = await compileStreams(config, examination);
  const known: Filled = new Map();
  const reports: StreamReport[] = [];
  for (const [stream, models] of compiled) {
    const report =
      models.length === 0
        ? { stream, models: [], findings: [noModel(stream, config, examination.plan)] }
        : await examineStream(stream, models, known, examination, signal);
    if (signal.aborted) break;
    const passedOver = notTaken(examination.plan, config, stream).map(notTakenFinding);
    reports.push({ ...report, findings: [...passedOver, ...report.findings] });
  }
  return reports;
}

const notTakenFinding = (message: string): Finding => ({
  code: 'table_passed_over',
  severity: 'warning',
  message,
});

/** Models that read one model have its remarks too: they are told with the first. */
function toldOnce(compiled: Compiled, told: Set<string>): Compiled {
  const findings = compiled.findings.filter(({ code, message }) => {
    if (code !== 'remark' && code !== 'parameter_unused') return true;
    const isNew = !told.has(message);
    told.add(message);
    return isNew;
  });
  return { ...compiled, findings };
}

async function examineStream(
  stream: StreamName,
  compiled: readonly Compiled[],
  known: Filled,
  examination: Examination,
  signal: AbortSignal,
): Promise<StreamReport> {
  const models: ModelReport[] = [];
  for (const each of compiled) {
    if (!signal.aborted) models.push(await examineModel(each, known, examination));
  }
  const filled = compiled.flatMap(({ subject }, index) =>
    subject !== undefined && (models[index]?.rows ?? 0) > 0 ? [subject] : [],
  );
  // Who is sent is not known where a model could not be run.
  if (models.every(({ rows }) => rows !== undefined)) known.set(stream, filled);
  return { stream, models, findings: await streamFindings(stream, models, filled, examination) };
}

async function compileStreams(config: SourceConfig, { plan }: Examination): Promise<CompiledStreams> {
  const streams = new Map<StreamName, Compiled[]>();
  const told = new Set<string>();
  for (const stream of streamNames) {
    const compiled: Compiled[] = [];
    for (const definition of definitionsOf(plan, config, stream)) {
      compiled.push(toldOnce(await compileSubject(plan, streamContracts[stream], definition), told));
    }
    streams.set(stream, compiled);
  }
  return streams;
}

async function examineModel(
  { label, subject, findings }: Compiled,
  known: Filled,
  examination: Examination,
): Promise<ModelReport> {
  if (subject === undefined) return { model: label, findings };
  try {
    const surveyed = await survey(subject, examination);
    const found = await modelFindings(subject, surveyed, known, examination);
    return { model: label, rows: surveyed.rows, findings: [...findings, ...found] };
  } catch (error) {
    return { model: label, findings: [...findings, failure('does_not_run', error)] };
  }
}

async function modelFindings(
  subject: Subject,
  surveyed: Survey,
  known: Filled,
  examination: Examination,
): Promise<Finding[]> {
  const { rows, surplus, empty } = surveyed;
  const identified = await identifyFindings(subject, rows, examination);
  if (rows === 0) {
    const isExplained = identified.some(({ code }) => code === 'condition_empties');
    return isExplained ? identified : [...identified, await emptyModel(subject, examination.plan)];
  }
  const examples = await examplesOf(subject, surveyed, examination);
  return [
    ...identified,
    ...(surplus > 0 ? [await repeatedKeys(subject, surplus, examination)] : []),
    ...surveyed.met.map(({ probe, count }) => probeFinding(probe, count, rows, examples.get(probe) ?? [])),
    ...(await lostReferences(subject, known, examination)),
    ...reservedNames(subject),
    ...(empty.length > 0 ? [emptyAttributes(empty)] : []),
  ];
}

/** Events and relationships read the persons' model too: it is explained with the persons, unless nothing is left. */
async function identifyFindings(subject: Subject, rows: number, { plan }: Examination): Promise<Finding[]> {
  const explains = ['persons', 'objects'].includes(subject.contract.name) || rows === 0;
  const findings: Finding[] = [];
  for (const identify of explains ? subject.model.compiled.identifies : []) {
    findings.push(...(await explainIdentify(identify, subject, plan.warehouse)));
  }
  return findings;
}

async function lostReferences(subject: Subject, known: Filled, examination: Examination): Promise<Finding[]> {
  const { name } = subject.contract;
  const persons = name === 'persons' || name === 'objects' ? [] : (known.get('persons') ?? []);
  const objects = name === 'relationships' ? (known.get('objects') ?? []) : [];
  return [
    ...(await personsNotSent(subject, persons, examination)),
    ...(await objectsNotSent(subject, objects, examination)),
  ];
}

async function streamFindings(
  stream: StreamName,
  models: readonly ModelReport[],
  filled: readonly Subject[],
  examination: Examination,
): Promise<Finding[]> {
  if (models.every(({ rows }) => rows === 0)) {
    const message = `No row of ${stream} is sent.`;
    return [
      {
        code: 'stream_empty',
        severity: 'error',
        message,
        mend: 'The findings of its models say where the rows are lost.',
      },
    ];
  }
  try {
    return await sharedKeys(filled, examination);
  } catch (error) {
    return [failure('does_not_run', error)];
  }
}
