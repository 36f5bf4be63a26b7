import { describe, expect, it } from 'vitest';
import { parseSyncFile } from './sync-file.ts';

const whole = `
source:
  warehouse: { type: duckdb, path: data/w.duckdb }
  models: ../models
destination:
  site_id: \${SITE}
  rejects: kept/rejects
state: state.json
`;

describe('parseSyncFile', () => {
  it('takes paths as seen from the file, and variables from the environment', () => {
    expect(parseSyncFile(whole, '/etc/nexus/sync.yaml', { SITE: 's' })).toEqual({
      source: { warehouse: { type: 'duckdb', path: '/etc/nexus/data/w.duckdb' }, models: '/etc/models' },
      destination: { site_id: 's', rejects: '/etc/nexus/kept/rejects' },
      statePath: '/etc/nexus/state.json',
    });
  });

  it('puts rejects beside the sync file by default', () => {
    const text = 'source: {}\ndestination: {}\nstate: /s.json';
    expect(parseSyncFile(text, '/etc/nexus/sync.yaml', {}).destination).toEqual({
      rejects: '/etc/nexus/rejects',
    });
  });

  it('leaves absolute paths, DuckDB in memory and rejects in the log', () => {
    const text =
      'source: {warehouse: {path: ":memory:"}, models: /m}\ndestination: {rejects: log}\nstate: /s.json';
    expect(parseSyncFile(text, 'sync.yaml', {})).toEqual({
      source: { warehouse: { path: ':memory:' }, models: '/m' },
      destination: { rejects: 'log' },
      statePath: '/s.json',
    });
  });

  it.each([
    ['sources: {}\ndestination: {}\nstate: x', /no setting "sources".*Did you mean "source"/],
    ['source: {}\nstate: x', /destination: is missing/],
    ['source: {}\ndestination: {}', /state: must be the path/],
    ['- a', /must hold source/],
    ['', /sync\.yaml is empty: it must hold source/],
    ['# nothing\n', /sync\.yaml is empty/],
    ['warehouse: {type: duckdb}', /configuration of the source alone.*under source:/],
    ['site_id: x', /configuration of the destination alone.*under destination:/],
    [
      'sorce: {}\nstate: ""',
      /no setting "sorce".*\nsync\.yaml: destination: is missing.*\nsync\.yaml: state: must be the path/,
    ],
    ['source: 5\ndestination: {}\nstate: x', /source: must hold the source's configuration/],
    ['source: {a: "secret-text', /is not YAML: (?!.*secret-text).*column \d+$/],
    ['source: {}\nsource: {}\ndestination: {}\nstate: x', /is not YAML.*unique/],
  ])('refuses %j', (text, message) => {
    expect(() => parseSyncFile(text, 'sync.yaml', {})).toThrow(message);
  });
});
