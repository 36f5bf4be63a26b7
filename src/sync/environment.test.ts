import { describe, expect, it } from 'vitest';
import { substituteEnvironment } from './environment.ts';

/** `${NAME}` as the YAML file has it. */
const ref = (name: string): string => `$\{${name}}`;

describe('substituteEnvironment', () => {
  const env = { KEY: 'k: "1"\nstate: /tmp/x', EMPTY: '' };

  it('fills text values anywhere, and only text values', () => {
    const value = { a: ref('KEY'), list: [`x${ref('KEY')}y`, 7, null, true], [ref('KEY')]: ref('EMPTY') };
    expect(substituteEnvironment(value, env)).toEqual({
      a: env.KEY,
      list: [`x${env.KEY}y`, 7, null, true],
      [ref('KEY')]: '',
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
});
