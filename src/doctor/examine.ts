import type { SourceConfig } from '../source/config.ts';
import { definitionsOf } from '../source/plan.ts';
import { type StreamName, streamContracts, streamNames } from '../streams/contract.ts';
import { emptyModel } from './empty.ts';
import type { Finding, ModelReport, StreamReport } from './finding.ts';
import { explainIdentify } from './identify.ts';
import { objectsNotSent, personsNotSent, sharedKeys } from './references.ts';
import { reservedNames } from './reserved-names.ts';
import { type Compiled, compileSubject, type Examination, failure, type Subject } from './subject.ts';
import { emptyAttributes, examplesOf, probeFinding, repeatedKeys, type Survey, survey } from './survey.ts';

type CompiledStreams = ReadonlyMap<StreamName, readonly Compiled[]>;

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
  const reports: StreamReport[] = [];
  for (const stream of streamNames) {
    const models: ModelReport[] = [];
    for (const each of compiled.get(stream) ?? []) {
      if (signal.aborted) break;
      models.push(await examineModel(each, compiled, examination));
    }
    reports.push({ stream, models, findings: await streamFindings(stream, models, compiled, examination) });
  }
  return reports;
}

async function compileStreams(config: SourceConfig, { plan }: Examination): Promise<CompiledStreams> {
  const streams = new Map<StreamName, Compiled[]>();
  for (const stream of streamNames) {
    const compiled: Compiled[] = [];
    for (const definition of definitionsOf(plan, config, stream)) {
      compiled.push(await compileSubject(plan, streamContracts[stream], definition));
    }
    streams.set(stream, compiled);
  }
  return streams;
}

const subjectsOf = (compiled: CompiledStreams, stream: StreamName): Subject[] =>
  (compiled.get(stream) ?? []).flatMap(({ subject }) => subject ?? []);

async function examineModel(
  { label, subject, findings }: Compiled,
  compiled: CompiledStreams,
  examination: Examination,
): Promise<ModelReport> {
  if (subject === undefined) return { model: label, findings };
  try {
    const surveyed = await survey(subject, examination);
    const found = await modelFindings(subject, surveyed, compiled, examination);
    return { model: label, rows: surveyed.rows, findings: [...findings, ...found] };
  } catch (error) {
    return { model: label, findings: [...findings, failure('does_not_run', error)] };
  }
}

async function modelFindings(
  subject: Subject,
  surveyed: Survey,
  compiled: CompiledStreams,
  examination: Examination,
): Promise<Finding[]> {
  const { rows, surplus, empty } = surveyed;
  const identified = await identifyFindings(subject, rows, examination);
  if (rows === 0) return [...identified, await emptyModel(subject, examination.plan)];
  const examples = await examplesOf(subject, surveyed, examination);
  return [
    ...identified,
    ...(surplus > 0 ? [await repeatedKeys(subject, surplus, examination)] : []),
    ...surveyed.met.map(({ probe, count }) => probeFinding(probe, count, rows, examples.get(probe) ?? [])),
    ...(await lostReferences(subject, compiled, examination)),
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

async function lostReferences(
  subject: Subject,
  compiled: CompiledStreams,
  examination: Examination,
): Promise<Finding[]> {
  const { name } = subject.contract;
  const persons = name === 'persons' || name === 'objects' ? [] : subjectsOf(compiled, 'persons');
  const objects = name === 'relationships' ? subjectsOf(compiled, 'objects') : [];
  return [
    ...(await personsNotSent(subject, persons, examination)),
    ...(await objectsNotSent(subject, objects, examination)),
  ];
}

async function streamFindings(
  stream: StreamName,
  models: readonly ModelReport[],
  compiled: CompiledStreams,
  examination: Examination,
): Promise<Finding[]> {
  if (models.length === 0) {
    return [
      {
        code: 'no_model',
        severity: 'info',
        message: 'No model and no table of the warehouse fills this stream.',
      },
    ];
  }
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
    return models.length > 1 ? await sharedKeys(subjectsOf(compiled, stream), examination) : [];
  } catch (error) {
    return [failure('does_not_run', error)];
  }
}
