import { configError } from '../errors/connector-error.ts';
import { markUsedVariable } from '../files/used-variables.ts';

/** The settings that are numbers or true or false, by their last name: a variable is text. A test holds it to the forms. */
export const plainSettings: readonly string[] = [
  'requests_in_flight',
  'max_requests_per_second',
  'retry_seconds',
  'max_line_bytes',
  'trim_identifiers',
  'statement_timeout_seconds',
  'external_access',
  'allow_removals',
];

/** `$${` stands for a literal `${`; `${NAME}` for the environment variable. */
const pattern = /\$\$\{|\$\{([^}]*)\}/g;

/**
 * Puts environment variables into the text values of a parsed file. It works on values, never on the YAML
 * text, so what a variable holds can neither end a string nor add a key. Models may not ask for these variables.
 *
 * @throws ConnectorError that names every variable that cannot be used, and the place that asks for it.
 */
export function substituteEnvironment(value: unknown, env: NodeJS.ProcessEnv): unknown {
  const problems: string[] = [];
  const result = substitute(value, '', { env, problems });
  if (problems.length > 0) throw configError(problems.join('\n'));
  return result;
}

interface Substitution {
  readonly env: NodeJS.ProcessEnv;
  readonly problems: string[];
}

function substitute(value: unknown, path: string, within: Substitution): unknown {
  if (typeof value === 'string') return plain(path, value, substituteText(value, path, within));
  if (Array.isArray(value)) {
    return value.map((item, index) => substitute(item, `${path}[${index}]`, within));
  }
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      substitute(item, path === '' ? key : `${path}.${key}`, within),
    ]),
  );
}

/** `requests_in_flight: ${N}` is a number. */
function plain(path: string, written: string, text: string): unknown {
  const isPlain = written !== text && plainSettings.includes(path.replace(/^.*\./, ''));
  return isPlain && /^(?:-?(?:0|[1-9]\d{0,14})|true|false)$/.test(text) ? JSON.parse(text) : text;
}

const mend = 'Set it, or write $${ if you mean a literal ${.';

function substituteText(text: string, path: string, { env, problems }: Substitution): string {
  if (/(?<!\$)\$\{\s*\w*\s*$/.test(text)) {
    problems.push(`${path}: the } of \${…} is missing. ${mend.replace('Set it', 'Add it')}`);
    return text;
  }
  return text.replace(pattern, (match, name: string | undefined) => {
    if (name === undefined) return '${';
    markUsedVariable(name);
    const isWhole = text === match;
    const value = env[name];
    // A secret store's file ends with a line end as a rule, which no key and no path has.
    if (value !== undefined && (value !== '' || !isWhole))
      return isWhole ? value.replace(/\r?\n$/, '') : value;
    const called = isShown(name, text) ? `the environment variable ${name}` : 'an environment variable';
    problems.push(`${path} asks for ${called}, which is ${value === '' ? 'empty' : 'not set'}. ${mend}`);
    return match;
  });
}

/** A `${` within a password is no variable, and what follows it is a part of the password. */
const isShown = (name: string, text: string): boolean =>
  /^[A-Z_][A-Z0-9_]*$/.test(name) || (/^\w+$/.test(name) && text === `\${${name}}`);
