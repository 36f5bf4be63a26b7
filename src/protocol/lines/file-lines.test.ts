import { describe, expect, it } from 'vitest';
import { messageOf } from '../../errors/connector-error.ts';
import { parseConfigFile, parseStateFile } from '../parse-catalog.ts';

function failureOf(parse: (text: string, path: string) => unknown, text: string): string {
  try {
    parse(text, 'dir/file.json');
  } catch (error) {
    return messageOf(error);
  }
  throw new Error(`was read: ${text}`);
}

describe.each([
  ['a configuration', parseConfigFile],
  ['a state', parseStateFile],
])('%s that is no JSON', (_what, parse) => {
  it.each([
    ['{\n"a": 1\n"b": 2}', 3],
    ['\uFEFF{\n"a": 1\n"b": 2}', 3],
    ['{\r\n"a": "x\r\n', 2],
    ['{\n"a": 9007199254740993\n"b": 2}', 3],
  ])('is named with its line: %j', (text, line) => {
    expect(failureOf(parse, text)).toBe(`dir/file.json is not valid JSON (line ${line}).`);
  });

  it.each(['\n\nposition 1 ', '\n\n at position 1 (line 1 column 2)', '{"a": at position 1}'])(
    'takes no line from its own text: %j',
    (text) => {
      expect(failureOf(parse, text)).toBe('dir/file.json is not valid JSON.');
    },
  );
});
