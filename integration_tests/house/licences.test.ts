import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

/** No package that ships asks more than to be named: the licence of each, as its own package.json says. */

const root = new URL('../../', import.meta.url);

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

/** An SPDX expression, an object as npm had it long ago, or a list of them. */
const named = z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]);
const manifest = z.object({ license: named.optional(), licenses: z.array(named).optional() });

/** Licences that allow all use and bind nothing that is built with the package. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]);

/** One of a choice must be permissive, and each of those that hold together. */
function isPermissive(expression: string): boolean {
  const bare = expression.replaceAll(/[()]/g, ' ').trim();
  return bare
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((each) => permissive.has(each.trim())));
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** Of another platform's package, which is not installed here, the lock file tells. */
function licenceOf(path: string, locked: string | undefined): string {
  if (!existsSync(new URL(`${path}/package.json`, root))) return locked ?? 'none';
  const { license, licenses } = manifest.parse(read(`${path}/package.json`));
  return license ?? licenses?.join(' OR ') ?? 'none';
}

const production = Object.entries(lockFile.parse(read('package-lock.json')).packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
  .map(([path, { license }]) => ({ path, licence: licenceOf(path, license) }));

describe('what ships', () => {
  it('is under licences that are permissive', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(production.filter(({ licence }) => !isPermissive(licence))).toEqual([]);
  });

  it('is itself under MIT, as LICENSE says', () => {
    expect(manifest.parse(read('package.json')).license).toBe('MIT');
    expect(readFileSync(new URL('LICENSE', root), 'utf8')).toMatch(/^MIT License/);
  });
});

describe('a licence', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['(MIT AND Zlib)', true],
    ['(MIT AND LGPL-2.1)', false],
    ['GPL-3.0-or-later', false],
    ['AGPL-3.0', false],
    ['MPL-2.0', false],
    ['SSPL-1.0', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    ['none', false],
  ])('%s is permissive: %j', (expression, expected) => {
    expect(isPermissive(expression)).toBe(expected);
  });
});
