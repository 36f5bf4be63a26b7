import { describe, expect, it } from 'vitest';
import { customerIoDestination } from '../destination/destination.ts';
import { isJsonObject } from '../json/json-object.ts';
import { nexusSource } from '../source/source.ts';
import { plainSettings, substituteEnvironment } from './environment.ts';

/** `${NAME}` as the YAML file has it. */
const ref = (name: string): string => `$\{${name}}`;

describe('substituteEnvironment', () => {
  const env = { KEY: 'k: "1"\nstate: /tmp/x', EMPTY: '' };

  it('fills text values anywhere, and only text values', () => {
    const value = {
      a: ref('KEY'),
      list: [`x${ref('KEY')}y`, 7, null, true],
      [ref('KEY')]: `a${ref('EMPTY')}`,
    };
    expect(substituteEnvironment(value, env)).toEqual({
      a: env.KEY,
      list: [`x${env.KEY}y`, 7, null, true],
      [ref('KEY')]: 'a',
    });
  });

  it('does not look again into what it put in', () => {
    expect(substituteEnvironment(ref('A'), { A: ref('B'), B: 'no' })).toBe(ref('B'));
  });

  it('leaves an escaped one, and dollars that mean nothing', () => {
    expect(substituteEnvironment(`$${ref('KEY')} $5 {x} $$`, env)).toBe(`${ref('KEY')} $5 {x} $$`);
  });

  it('names a missing variable and the place that asks for it', () => {
    const value = { destination: { keys: ['a', ref('NOT_SET')] } };
    expect(() => substituteEnvironment(value, env)).toThrow(/destination\.keys\[1\].*NOT_SET.*not set/);
  });

  it.each([
    [ref('EMPTY'), 'a asks for the environment variable EMPTY, which is empty. Set it'],
    ['$'.concat('{KEY'), /^a: the \} of .* is missing\. Add it/],
    ['$'.concat('{'), /^a: the \} of .* is missing\. Add it/],
  ])('refuses %j', (text, message) => {
    expect(() => substituteEnvironment({ a: text }, env)).toThrow(message);
  });

  it('names all that cannot be used', () => {
    expect(() => substituteEnvironment({ a: ref('NO_A'), b: [ref('NO_B')] }, env)).toThrow(
      /a asks.*NO_A.*\nb\[0\] asks.*NO_B/,
    );
  });

  it('leaves out the line end of a variable that is the whole value', () => {
    expect(substituteEnvironment([ref('K'), `${ref('K')}x`], { K: 'key\r\n' })).toEqual(['key', 'key\r\nx']);
  });

  it('leaves an escaped one at the end', () => {
    expect(substituteEnvironment('p$${', env)).toBe('p${');
  });

  it('makes numbers of the settings that are numbers, and leaves keys as text', () => {
    const env = { N: '5', T: 'false', X: 'many' };
    const value = {
      requests_in_flight: ref('N'),
      trim_identifiers: ref('T'),
      retry_seconds: ref('X'),
      api_key: ref('N'),
    };
    expect(substituteEnvironment({ destination: value }, env)).toEqual({
      destination: { requests_in_flight: 5, trim_identifiers: false, retry_seconds: 'many', api_key: '5' },
    });
  });

  it('knows every setting of the forms that is a number, or true or false', async () => {
    const forms = [
      (await nexusSource.spec()).connectionSpecification,
      (await customerIoDestination.spec()).connectionSpecification,
    ];
    expect([...new Set(forms.flatMap(plainIn))].sort()).toEqual([...plainSettings].sort());
  });
});

/** The names of a schema's numbers and switches, at any depth. */
function plainIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(plainIn);
  if (!isJsonObject(schema)) return [];
  const { properties = {} } = schema;
  const own = Object.entries(isJsonObject(properties) ? properties : {})
    .filter(([, of]) => isJsonObject(of) && ['integer', 'number', 'boolean'].includes(String(of.type)))
    .map(([name]) => name);
  return [...own, ...Object.values(schema).flatMap(plainIn)];
}
