import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseWrittenJson } from '../../json/exact-json.ts';
import { renderTemplate } from './jinja.ts';

interface Oracle {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cases: readonly (readonly [template: string, printed: string])[];
}

const text = readFileSync(new URL('oracle.fixture.json', import.meta.url), 'utf8');
const { variables, cases } = parseWrittenJson(text) as Oracle;

test.each(cases)('%s', (template, printed) => {
  expect(renderTemplate({ path: 'm.sql', text: template }, variables)).toBe(printed);
});
