import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineStreams } from '../../src/doctor/examine.ts';
import { allFindings, findingCodes, type Report } from '../../src/doctor/finding.ts';
import { parseSourceConfig } from '../../src/source/config.ts';
import { openPlan } from '../../src/source/plan/plan.ts';
import { run } from '../support/processes.ts';

const nexus = fileURLToPath(new URL('../fixtures/nexus-warehouse', import.meta.url));
const warehouse = { type: 'duckdb', path: nexus };
const secret = 'a-secret-key';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doctor-command-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

const doctor = (path: string, ...rest: readonly string[]) =>
  run('nexus-customer-io', ['doctor', '--config', path, ...rest]);

describe('on a warehouse that the public dbt package built', () => {
  it('foretells what a sync rejects, and who is there twice once the white space is gone', async () => {
    const { code, stdout, stderr } = await doctor(await file('source.json', { warehouse }), '--json');
    expect([code, stderr]).toEqual([1, '']);
    const report: Report = JSON.parse(stdout);
    const counts = (stream: string) =>
      Object.fromEntries(
        allFindings({ findings: [], streams: report.streams.filter((each) => each.stream === stream) })
          .filter(({ severity }) => severity === 'warning')
          .map(({ code: kind, column, count }) => [`${kind} ${column}`, count]),
      );
    const errors = allFindings(report).filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([
      { code: 'key_repeated', count: 1, examples: [{ userId: '\tuser060@example.com', count: 2 }] },
    ]);
    // The sync's test counts 23 rejects: 3 keys that are none, 20 people with one long value or two.
    expect(counts('persons')).toEqual({
      'key_missing userId': 1,
      'email_invalid userId': 2,
      'timestamp_missing timestamp': 1,
      'future_timestamp timestamp': 3,
      'value_too_long medical_notes': 13,
      'value_too_long bio': 9,
    });
    // And 31 events.
    expect(counts('events')).toMatchObject({ 'key_missing userId': 14, 'email_invalid userId': 17 });
    const steps = report.streams[0]?.models[0]?.findings[0]?.details?.map(({ rows }) => rows);
    expect(steps).toEqual([626, 603, 564, 479, 427]);
  });

  it('asks each model little: a pass over its rows, its examples, and what concerns its stream', async () => {
    const config = parseSourceConfig({ warehouse });
    const plan = await openPlan(config);
    const asked: string[] = [];
    const rows = (sql: string) => {
      asked.push(sql);
      return plan.warehouse.rows(sql);
    };
    const delivery = {
      api: 'track',
      identifier: 'auto',
      too_long: 'reject',
      null_attributes: 'omit',
      trim_identifiers: true,
    } as const;
    const examination = {
      plan: { ...plan, warehouse: { ...plan.warehouse, rows } },
      delivery,
      now: '2026-01-01T00:00:00',
    };
    await examineStreams(config, examination, new AbortController().signal);
    await plan.warehouse.close();
    // persons 5 (with the steps and the entities of identify, and a key that repeats), objects 2, relationships 4, events 3.
    expect(asked).toHaveLength(14);
  });
});

describe('the command', () => {
  const sync = (rest: object) => ({
    source: { warehouse, ...rest },
    destination: { site_id: 'site', api_key: secret },
    state: 'state.json',
  });

  it('takes a sync file, prints a report on stdout and answers 1 for an error', async () => {
    const persons = [{ from: 'identify', user_id_column: 'email', filters: [`email = '${secret}'`] }];
    const { code, stdout, stderr } = await doctor(await file('sync.yaml', sync({ persons })));
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^persons\n {4}error {4}No row of persons is sent.*\n.*\n {2}identify: 0 rows\n/);
    expect(stdout).toMatch(/error {4}The condition email = '\*\*\*\*' leaves none of [\d,]+ rows/);
    expect(stdout).not.toContain(secret);
  });

  it('says what is wrong with a destination beside what it finds in the data', async () => {
    const wrong = { ...sync({}), destination: { site_id: 'site', api_key: secret, region: 'mars' } };
    const { code, stdout } = await doctor(await file('wrong.yaml', wrong), '--json');
    const report: Report = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(report.findings.map((finding) => finding.code)).toEqual(['destination_config']);
    expect(report.streams.map(({ stream }) => stream)).toEqual([
      'persons',
      'objects',
      'relationships',
      'events',
    ]);
    expect(stdout).not.toContain(secret);
  });

  it.each([
    ['a source that is none', { warehouse: { type: 'oracle' } }, /Source config/],
    [
      'a warehouse that is not there',
      { warehouse: { type: 'duckdb', path: '/nowhere.duckdb' } },
      /does not exist/,
    ],
  ])('answers 1 and JSON all the same for %s', async (name, config, message) => {
    const { code, stdout, stderr } = await doctor(
      await file(`${name.replaceAll(' ', '-')}.json`, config),
      '--json',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      findings: [{ code: 'not_examined', severity: 'error', message: expect.stringMatching(message) }],
      streams: [],
    });
  });

  it('answers 1 for a file that is not there, and 2 for a wrong command line', async () => {
    expect(await doctor(join(folder, 'nowhere.json'))).toMatchObject({ code: 1, stdout: '' });
    expect((await run('nexus-customer-io', ['doctor'])).code).toBe(2);
  });
});

it('docs/doctor.md has a line for each kind of finding, and for no other', async () => {
  const text = await readFile(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
  expect(listed.toSorted()).toEqual([...findingCodes].toSorted());
});
