import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { RunSummary } from '../../src/protocol/run-account.ts';

const path = new URL('../../docs/summary.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile<RunSummary>(JSON.parse(readFileSync(path, 'utf8')));

/** The value, if it is what is told of a run as the schema in docs/ has it; else it throws. */
export function requireSummary(value: unknown): RunSummary {
  if (validate(value)) return value;
  throw new Error(`${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
}

/** Every line of JSON in a process's output that tells of its run: printed as such, or the text of a log line. */
export function summariesIn(stdout: string): RunSummary[] {
  const lines = stdout.split('\n').flatMap((line) => jsonOf(line) ?? []);
  const logged = lines.flatMap((line) => jsonOf(line.log?.message) ?? []);
  return [...lines, ...logged].filter((line) => line.ended !== undefined).map(requireSummary);
}

interface Line {
  readonly ended?: unknown;
  readonly log?: { readonly message?: string };
}

function jsonOf(text: string | undefined): Line | undefined {
  if (text?.startsWith('{') !== true) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
