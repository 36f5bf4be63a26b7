const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Shorter ones would strike out half of every text. */
const shortestSecret = 4;

/** The values at places that a connection specification marks `airbyte_secret`. */
export function secretsOf(config: unknown, schema: unknown): string[] {
  if (!isObject(schema)) return [];
  if (schema.airbyte_secret === true) return typeof config === 'string' ? [config] : [];
  const branches = [schema.oneOf, schema.anyOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [
    ...branches.flatMap((branch) => secretsOf(config, branch)),
    ...secretsOfProperties(config, schema.properties),
    ...(Array.isArray(config) ? config.flatMap((item) => secretsOf(item, schema.items)) : []),
  ];
}

function secretsOfProperties(config: unknown, properties: unknown): string[] {
  if (!isObject(config) || !isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, schema]) => secretsOf(config[name], schema));
}

/** A secret as it may appear: as it is, inside JSON, inside a URL. Longest first, so that none is half struck. */
function formsOf(secret: string): string[] {
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .toSorted((a, b) => b.length - a.length)
    .flatMap(formsOf)
    .reduce((masked, form) => masked.replaceAll(form, '****'), text);
}
