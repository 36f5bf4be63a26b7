import { configError } from '../../errors/connector-error.ts';
import { isUsedVariable } from '../../files/used-variables.ts';

/** What `env_var()` may give to models. */
export interface VariableRules {
  /** Names that are allowed whatever they look like. */
  readonly allowed: readonly string[];
}

/** Words of names that hold secrets, as the parts between underscores or capitals. */
const SECRET_WORDS =
  /(?:^|[^a-z])(?:api_?keys?|keys?|secrets?|passwords?|passwd|pwd|passphrases?|pass|tokens?|credentials?|creds?|private|auth|bearer|cookies?|dsn|pat|jwt)(?:$|[^a-z])/;
const SECRET_ENDS = /(?:secret|password|passwd|token|apikey|passphrase|credentials?)s?\d*$/;

/**
 * What `env_var` gives may end in a record, so it gives none of the connector's own secrets: neither a variable that
 * the sync file uses, nor one whose name says that it holds a secret.
 *
 * @throws ConnectorError that names the variable and the setting that allows it.
 */
export function refuseSecret(name: string, { allowed }: VariableRules): void {
  if (allowed.includes(name) && !name.startsWith('DBT_ENV_SECRET')) return;
  const way = ' If a model must have it, list it in source.env_vars.';
  if (name.startsWith('DBT_ENV_SECRET')) {
    throw configError(
      `env_var: ${name} looks like a secret by its name, and secrets must not be in a model.`,
    );
  }
  if (isUsedVariable(name)) {
    throw configError(
      `env_var: ${name} is used by the sync file, so its value must not be in a model.${way}`,
    );
  }
  if (looksSecret(name)) {
    throw configError(
      `env_var: ${name} looks like a secret by its name, and secrets must not be in a model.${way}`,
    );
  }
}

function looksSecret(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return SECRET_WORDS.test(words) || SECRET_ENDS.test(words);
}
