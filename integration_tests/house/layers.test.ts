import { describe, expect, it } from 'vitest';
import { circles, type Import, sourceFiles, sourceImports, targetsOf, textOf } from './imports.ts';

/** Which rooms a room may know. Arrows go down only; ARCHITECTURE.md draws them. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'package-root': [],
  json: [],
  errors: ['json'],
  protocol: ['errors', 'json'],
  files: ['errors', 'json'],
  streams: ['errors', 'json'],
  warehouse: ['streams', 'files', 'protocol', 'errors', 'json'],
  models: ['warehouse', 'files', 'protocol', 'errors', 'json'],
  nexus: ['models', 'warehouse', 'protocol', 'errors', 'json'],
  source: ['models', 'warehouse', 'streams', 'files', 'protocol', 'errors', 'json', 'package-root'],
  destination: ['streams', 'files', 'protocol', 'errors', 'json'],
  simulator: [],
  demo: ['protocol'],
  sync: ['source', 'destination', 'streams', 'files', 'protocol', 'errors', 'json', 'package-root'],
  build: ['source', 'nexus', 'models', 'warehouse', 'files', 'protocol', 'errors', 'json'],
  doctor: ['nexus', 'source', 'destination', 'models', 'warehouse', 'streams', 'protocol', 'errors', 'json'],
  cli: ['sync', 'source', 'destination', 'files', 'protocol', 'errors', 'json'],
  commands: [
    ...['cli', 'build', 'sync', 'doctor', 'demo', 'simulator', 'nexus', 'source', 'destination', 'models'],
    ...['warehouse', 'streams', 'files', 'protocol', 'errors', 'json', 'package-root'],
  ],
  main: ['cli', 'commands', 'files', 'protocol', 'errors', 'json', 'package-root'],
};

/** `src/source/read.ts` → `source`; `src/main.ts` → `main`. */
function roomOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.ts$/, '');
}

/** Imports of a file (path as seen from src/) that its room may not have. */
function violations(file: string, text: string): string[] {
  const room = roomOf(file);
  const allowed = mayImport[room];
  if (allowed === undefined) return [`${file}: the room ${room} is not in the table`];
  return targetsOf(file, text)
    .filter((target) => !target.startsWith('..'))
    .filter((target) => roomOf(target) !== room)
    .filter((target) => !allowed.some((room_) => target === `${room_}.ts` || target.startsWith(`${room_}/`)))
    .map((target) => `${file} imports ${target}`);
}

describe('import directions', () => {
  const files = sourceFiles();

  it('sees the project', () => {
    expect(files).toContain('main.ts');
    expect(files).toContain('commands/sync.ts');
    expect(targetsOf('main.ts', textOf('main.ts'))).toContain('commands/program.ts');
  });

  it('go down only', () => {
    expect(files.flatMap((file) => violations(file, textOf(file)))).toEqual([]);
  });

  it.each([
    ['source/read.ts', "import { batch } from '../destination/delivery/batch.ts';"],
    ['destination/write.ts', "import type { Warehouse } from '../warehouse/warehouse.ts';"],
    ['simulator/server.ts', "const sync = await import('../sync/run-sync.ts');"],
    ['protocol/lines/ndjson.ts', "export { streamNames } from '../../streams/contract.ts';"],
    ['nexus/resolve.ts', "import { read } from '../source/read.ts';"],
    ['sync/run-sync.ts', "import { runSync } from '../commands/sync.ts';"],
    ['source/read.ts', "import { diagnose } from '../doctor/doctor.ts';"],
    ['cellar/wine.ts', ''],
  ])('would be caught in %s', (file, text) => {
    expect(violations(file, text)).toHaveLength(1);
  });

  it.each([
    ['nexus/resolve.ts', "import type { Warehouse } from '../warehouse/warehouse.ts';"],
    ['commands/read.ts', "import { nexusSource } from '../source/source.ts';"],
    ['source/read.ts', "import { clock } from './changes/cursor/clock.ts';\nimport { z } from 'zod';"],
  ])('let through what is allowed in %s', (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });
});

describe('circles', () => {
  it('are none between rooms, sub-rooms or files', () => {
    expect(sourceImports().length).toBeGreaterThan(500);
    expect(circles(sourceImports())).toEqual([]);
  });

  it('are none in the table', () => {
    const table = Object.entries(mayImport).flatMap(([room, others]) =>
      others.map((other): Import => [room, other]),
    );
    expect(circles(table)).toEqual([]);
  });

  it.each<[string, Import[], string[]]>([
    [
      'two rooms',
      [
        ['nexus/resolve.ts', 'models/graph.ts'],
        ['models/compile.ts', 'nexus/inputs/sources.ts'],
      ],
      ['nexus → models', 'models → nexus'],
    ],
    [
      'two sub-rooms, from their depths',
      [
        ['destination/mapping/bytes/keys.ts', 'destination/delivery/batch.ts'],
        ['destination/delivery/wire/wire.ts', 'destination/mapping/limits.ts'],
      ],
      ['destination/mapping → destination/delivery', 'destination/delivery → destination/mapping'],
    ],
    [
      'two that meet through a third',
      [
        ['source/plan/plan.ts', 'source/changes/state.ts'],
        ['source/changes/cursor/read.ts', 'source/record-line/fields.ts'],
        ['source/record-line/key.ts', 'source/plan/names.ts'],
      ],
      [
        'source/plan → source/changes',
        'source/changes → source/record-line',
        'source/record-line → source/plan',
      ],
    ],
    [
      'two files of one folder',
      [
        ['sync/report/table.ts', 'sync/report/tally.ts'],
        ['sync/report/tally.ts', 'sync/report/table.ts'],
      ],
      ['sync/report/table.ts → sync/report/tally.ts', 'sync/report/tally.ts → sync/report/table.ts'],
    ],
  ])('would be caught between %s', (_what, imports, caught) => {
    expect(circles(imports)).toEqual(caught);
  });

  it('are none where a room stands between its sub-rooms and the ground that they share', () => {
    expect(
      circles([
        ['source/read.ts', 'source/plan/plan.ts'],
        ['source/plan/plan.ts', 'source/config.ts'],
      ]),
    ).toEqual([]);
  });
});
