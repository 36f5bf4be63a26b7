import { configError } from '../errors/connector-error.ts';
import { markUsedVariable } from '../files/used-variables.ts';

/** `$${` stands for a literal `${`; `${NAME}` for the environment variable. */
const pattern = /\$\$\{|\$\{([^}]*)\}/g;

/**
 * Puts environment variables into the text values of a parsed file. It works on values, never on the YAML
 * text, so what a variable holds can neither end a string nor add a key. Models may not ask for these variables.
 */
export function substituteEnvironment(value: unknown, env: NodeJS.ProcessEnv, path = ''): unknown {
  if (typeof value === 'string') return substituteText(value, env, path);
  if (Array.isArray(value)) {
    return value.map((item, index) => substituteEnvironment(item, env, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      substituteEnvironment(item, env, path === '' ? key : `${path}.${key}`),
    ]),
  );
}

function substituteText(text: string, env: NodeJS.ProcessEnv, path: string): string {
  return text.replace(pattern, (_match, name: string | undefined) => {
    if (name === undefined) return '${';
    markUsedVariable(name);
    const value = env[name];
    if (value !== undefined) return value;
    throw configError(
      `${path} asks for ${isShown(name, text) ? `the environment variable ${name}` : 'an environment variable'}, which is not set. ` +
        'Set it, or write $${ where the text should hold ${ itself.',
    );
  });
}

/** A `${` within a password is no variable, and what follows it is a part of the password. */
const isShown = (name: string, text: string): boolean =>
  /^[A-Z_][A-Z0-9_]*$/.test(name) || (/^\w+$/.test(name) && text === `\${${name}}`);
