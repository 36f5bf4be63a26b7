import { describe, it } from 'vitest';
import { bench, expectAnswer, type Mistake } from './mistakes.fixture.ts';

/** The mistakes that people make on the command line and in a sync file, by the words that they get. */
const { sync, answer } = bench();

const file = ['sync', '--config', 'sync.yaml'] as const;
const secret = 'S3cretOfMine';

const commandLine: readonly Mistake[] = [
  {
    what: 'a mistyped option',
    args: ['sync', '--confg', 'sync.yaml'],
    code: 2,
    says: ['no option --confg', 'Did you mean --config?'],
  },
  {
    what: 'a mistyped option with =',
    args: ['sync', '--cofnig=sync.yaml'],
    code: 2,
    says: ['no option --cofnig', 'Did you mean --config?'],
  },
  {
    what: 'a mistyped command',
    args: ['snyc'],
    code: 2,
    says: ["unknown command 'snyc'", 'Did you mean sync?'],
  },
  { what: 'no arguments', args: ['sync'], code: 2, says: ['--config <path>'] },
  {
    what: 'a file without its option',
    args: ['sync', 'sync.yaml'],
    code: 2,
    says: ['Write: sync --config sync.yaml'],
  },
  {
    what: 'the same of an Airbyte command',
    args: ['destination', 'check', 'c.json'],
    code: 2,
    says: ['Write: destination check --config c.json'],
  },
  {
    what: 'an option of another command',
    args: ['doctor', '--config', 'x', '--accept-state'],
    code: 2,
    says: ['doctor has no option --accept-state', 'an option of sync'],
  },
  {
    what: 'an option of nothing',
    args: ['compile', '--config', 'x', '--zzz'],
    code: 2,
    says: ['compile has no option --zzz'],
  },
  {
    what: 'a folder as config',
    args: ['sync', '--config', '.'],
    says: ['--config: cannot read .', 'it is a folder'],
  },
  {
    what: 'a missing config',
    args: ['sync', '--config', 'no.yaml'],
    says: ['no.yaml', 'there is no such file'],
  },
  {
    what: 'read with a sync file',
    args: ['read', '--config', 'sync.yaml', '--catalog', 'c.json'],
    says: ['sync.yaml is not valid JSON', 'a sync file (YAML) is for sync'],
  },
  {
    what: 'a port that is none',
    args: ['simulate', '--port', '99999'],
    says: ['no port 99999', '65535', '--port'],
  },
  {
    what: 'a port in letters',
    args: ['simulate', '--port', 'abc'],
    code: 2,
    says: ['--port', 'abc', 'a whole number'],
  },
  {
    what: 'an object type by its name',
    args: ['simulate', '--object-types', '1,locations'],
    code: 2,
    says: ['--object-types', '1,locations', 'whole numbers'],
  },
  {
    what: 'an empty key',
    args: ['simulate', '--api-key', ''],
    code: 2,
    says: ['--api-key', 'must not be empty'],
  },
  {
    what: 'a folder that cannot be made',
    args: ['demo', '--keep', '/proc/none/demo'],
    says: ['--keep', '/proc/none/demo cannot be made'],
  },
  {
    what: 'rejects that are not there',
    args: ['replay', 'none', '--config', 'sync.yaml'],
    says: ['rejects file or folder none', 'there is no such file'],
  },
];

interface Written {
  readonly what: string;
  readonly text: () => string | Buffer;
  readonly env?: NodeJS.ProcessEnv;
  readonly says: Mistake['says'];
  readonly never?: readonly (string | RegExp)[];
}

const source = '  warehouse: {type: duckdb, path: w.duckdb}\n';
const account = (text: string) => () => `source:\n${source}destination: {${text}}\nstate: state.json\n`;
const placed = (text: string) => () => sync({ source: `  ${text}\n` });
const set = (text: string) => () => sync({ destination: `  ${text}\n` });

const syncFile: readonly Written[] = [
  {
    what: 'a tab',
    text: () => `source:\n\twarehouse: x\n`,
    says: ['line 2', 'indented with a tab', 'spaces'],
  },
  {
    what: 'a key too far in',
    text: () => 'source:\n  warehouse:\n    type: duckdb\n     path: w.duckdb\n',
    says: ['line 3', 'indented'],
  },
  {
    what: 'keys of the destination',
    text: account('siteid: site, apikey: key'),
    says: ['"siteid"', '"apikey"', 'Did you mean "site_id", "api_key"?'],
    never: ['is missing'],
  },
  {
    what: 'a key of the source',
    text: () =>
      `source:\n  wharehouse: {type: duckdb, path: w.duckdb}\ndestination: {site_id: s, api_key: k}\nstate: s.json\n`,
    says: ['"wharehouse"', 'Did you mean "warehouse"?'],
    never: ['is missing'],
  },
  {
    what: 'a region in capitals',
    text: account('site_id: s, api_key: k, region: US'),
    says: ['region', 'it must be us or eu', 'Did you mean "us"?'],
  },
  {
    what: 'a region by its name',
    text: account('site_id: s, api_key: k, region: europe'),
    says: ['region', 'Did you mean "eu"?'],
  },
  {
    what: 'a choice that is none',
    text: set('too_long: cut'),
    says: ['too_long', 'reject or truncate', 'Did you mean "truncate"?'],
  },
  {
    what: 'keys that are numbers',
    text: account('site_id: 123, api_key: 12345'),
    says: ['site_id: it must be a text, but is a number: put it in quotes', 'api_key: it must be'],
    never: ['12345'],
  },
  {
    what: 'a variable that is not set',
    text: account("site_id: s, api_key: '%{NOT_SET_HERE}'"),
    says: ['destination.api_key', 'NOT_SET_HERE', 'not set', 'Set it'],
  },
  {
    what: 'a variable that is empty',
    text: account("site_id: s, api_key: '%{EMPTY_ONE}'"),
    env: { EMPTY_ONE: '' },
    says: ['destination.api_key', 'EMPTY_ONE', 'is empty', 'Set it'],
  },
  {
    what: 'a variable without its brace',
    text: account("site_id: s, api_key: '%{NAME'"),
    says: ['destination.api_key', '} of ${', 'is missing'],
  },
  { what: 'two variables', text: account("site_id: '%{NO_A}', api_key: '%{NO_B}'"), says: ['NO_A', 'NO_B'] },
  {
    what: 'a variable in braces without quotes',
    text: account('site_id: s, api_key: %{NAME}'),
    says: ['line 3', 'a variable within { } must be in quotes'],
  },
  {
    what: 'a number that is none',
    text: set('requests_in_flight: %{IN_FLIGHT}'),
    env: { IN_FLIGHT: 'many' },
    says: ['requests_in_flight', 'must be a number, but is a text'],
  },
  {
    what: 'a number out of bounds',
    text: set('requests_in_flight: 1000'),
    says: ['requests_in_flight', 'at most 100'],
  },
  {
    what: 'an object instead of a list',
    text: placed('persons: {from: model, name: x}'),
    says: ['persons: it must be a list, but is an object', '[ … ]'],
  },
  {
    what: 'a text instead of a list',
    text: placed("persons: [{from: identify, filters: 'email IS NOT NULL'}]"),
    says: ['persons[0].filters', 'must be a list, but is a text', '[ … ]'],
  },
  {
    what: 'from: table',
    text: placed('persons: [{from: table, name: x}]'),
    says: ['persons[0].from', 'Did you mean "relation"?'],
  },
  {
    what: 'from: view',
    text: placed('persons: [{from: view, name: x}]'),
    says: ['persons[0].from', 'Did you mean "relation"?'],
  },
  {
    what: 'a key that is an alias',
    text: account(`site_id: s, api_key: *${secret}`),
    says: ['line 3', 'in quotes'],
    never: [secret],
  },
  {
    what: 'a key behind a bar',
    text: () => `source:\n${source}destination:\n  site_id: s\n  api_key: | ${secret}\nstate: s.json\n`,
    says: ['line 5', 'in quotes'],
    never: [secret],
  },
  { what: 'a key twice', text: () => sync({ more: 'state: a\nstate: b' }), says: ['twice', /line 8/] },
  { what: 'two documents', text: () => `${sync()}---\na: 1\n`, says: ['several documents', 'only one'] },
  {
    what: 'UTF-16',
    text: () => Buffer.from(`\uFEFF${sync()}`, 'utf16le'),
    says: ['UTF-16', 'Save it as UTF-8'],
  },
  {
    what: 'UTF-16 without its mark',
    text: () => Buffer.from(sync(), 'utf16le'),
    says: ['UTF-16', 'Save it as UTF-8'],
  },
  { what: 'an empty file', text: () => '', says: ['sync.yaml is empty', 'source:, destination: and state:'] },
  { what: 'comments alone', text: () => '# a\n# b\n', says: ['sync.yaml is empty'] },
  {
    what: 'a config for Airbyte',
    text: () => '{"warehouse": {"type": "duckdb", "path": "w.duckdb"}}',
    says: ['configuration of the source alone', 'under source:'],
  },
  {
    what: 'mistakes in both ends',
    text: () => `source:\n${source}  lookback: x\ndestination: {siteid: s, region: europe}\nstate: s.json\n`,
    says: ['Source config, lookback', '7d', '"siteid"', 'Destination config, region'],
  },
  {
    what: 'an endpoint with a path',
    text: account('site_id: s, api_key: k, endpoint: "http://127.0.0.1:1/api"'),
    says: ['endpoint', 'no path'],
  },
  {
    what: 'an endpoint without its scheme',
    text: account('site_id: s, api_key: k, endpoint: "127.0.0.1:1"'),
    says: ['endpoint', 'http://127.0.0.1:8040'],
  },
  {
    what: 'an endpoint with a password',
    text: account(`site_id: s, api_key: k, endpoint: "http://u:${secret}@127.0.0.1:1"`),
    says: ['endpoint', 'must not contain'],
    never: [secret],
  },
];

describe('a mistake on the command line', () => {
  it.each(commandLine)('$what', async (mistake) => {
    const files = { 'sync.yaml': sync(), 'c.json': '{}' };
    expectAnswer(await answer({ ...mistake, files }), mistake);
  });
});

describe('a mistake in sync.yaml', () => {
  it.each(syncFile)('$what', async ({ text, never = [], ...written }) => {
    // It is told before anything is opened: no table of zeros.
    const mistake = { ...written, never: [...never, /total +0/], args: file, files: { 'sync.yaml': text() } };
    expectAnswer(await answer(mistake), mistake);
  });

  it.each([
    ['a mark at the beginning', () => `\uFEFF${sync()}`, {}],
    ['line ends of Windows', () => sync().replaceAll('\n', '\r\n'), {}],
    [
      'a key with a line end from a secret store',
      () => sync().replace('api_key: key', 'api_key: %{KEY_FILE}'),
      { KEY_FILE: 'key\n' },
    ],
    ['a key with a blank behind it', () => sync().replace('api_key: key', 'api_key: "key "'), {}],
    ['a number from the environment', set('requests_in_flight: %{IN_FLIGHT}'), { IN_FLIGHT: '3' }],
    ['a number of rejects', set('max_rejects: 5'), {}],
  ])('%s is none', async (what, text, env) => {
    const mistake = {
      what,
      args: file,
      env,
      files: { 'sync.yaml': text() },
      code: 0,
      says: [/persons +1 +1/],
    };
    expectAnswer(await answer(mistake), mistake);
  });
});

describe('check of a sync file', () => {
  const args = ['check', '--config', 'sync.yaml'];
  it.each([
    ['both ends work', () => sync(), 0, ['source: ok', 'destination: ok']],
    [
      'the destination refuses its key',
      () => sync().replace('api_key: key', 'api_key: wr0ng'),
      1,
      ['source: ok', 'destination: FAILED', /api_key/],
    ],
    [
      'both are wrong',
      () => sync({ destination: '  region: x\n' }).replace('w.duckdb', 'no.duckdb'),
      1,
      ['source: FAILED', 'no.duckdb', 'destination: FAILED', 'region'],
    ],
  ] as const)('%s', async (what, text, code, says) => {
    const mistake = { what, args, files: { 'sync.yaml': text() }, code, says, never: ['wr0ng'] };
    expectAnswer(await answer(mistake), mistake);
  });
});
