import { describe, expect, it } from 'vitest';
import { parseYamlFile } from './yaml-file.ts';

describe('aliases', () => {
  it.each([
    ['the last anchor before them counts', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
    ['of maps', 'a: &m {x: [1, &y 2]}\nb: *m\nc: *y', { a: { x: [1, 2] }, b: { x: [1, 2] }, c: 2 }],
    ['before their anchor', 'a: *x\nb: &x 1', 'line 1, column 4'],
    ['of nothing', 'a: 1\nb: [1, *x]', 'line 2, column 8'],
    ['of an anchor in a value that stands alone', 'a: &x\nb: *x', 'line 1, column 6'],
  ])('%s', (_, text, expected) => {
    const read = (): unknown => parseYamlFile(text, 'sync.yaml');
    if (typeof expected === 'string') expect(read).toThrow(expected);
    else expect(read()).toEqual(expected);
  });
});

describe('a key that stands twice', () => {
  it.each([
    ['in a mapping', 'a: 1\nb: 2\na: 3', 'line 3, column 1'],
    ['in braces', '{a: 1, b: {c: 1, c: 2}}', 'line 1, column 18'],
    ['in a list', '- {x: 1}\n- y: 1\n  "y": 2', 'line 3, column 3'],
    ['as a number', '1: a\n0x1: b', 'line 2, column 1'],
    ['as nothing', '~: a\nnull: b', 'line 2, column 1'],
  ])('%s is refused at its place', (_, text, place) => {
    expect(() => parseYamlFile(text, 'sync.yaml')).toThrow(
      `keys must be unique, and this one appears twice, at ${place}`,
    );
  });

  it('is another in another mapping', () => {
    expect(parseYamlFile('x: {y: 1}\nz: {y: 1}', 'sync.yaml')).toEqual({ x: { y: 1 }, z: { y: 1 } });
  });
});
