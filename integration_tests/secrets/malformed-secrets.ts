/** A text that no message may hold, by its parts too: some errors quote a piece. */
export const secret = 'Xq7secretXq7';

const signs = [
  '*',
  '| ',
  '|',
  '> ',
  '>',
  '& ',
  '&',
  '! ',
  '!',
  '!!',
  '% ',
  '%',
  '@',
  '`',
  '? ',
  ': ',
  '- ',
  '#',
];
const brackets = ['{', '[', '}', ']', ',', '{{ ', '[[', '"', "'", '"\\q', '<<: *', '*a: *', '&a *'];

/** How a secret is written so that YAML takes it for something else; each stands behind `key:` and a space. */
export const malformed: readonly string[] = [
  ...[...signs, ...brackets].map((sign) => `${sign}${secret}`),
  `a: ${secret}`,
  `${secret}: b`,
  `\n${secret}`,
  `\n\t${secret}`,
  `${secret}\n${secret}`,
  `${secret}\n      - ${secret}`,
  `"${secret}\n${secret}`,
  `'it''s ${secret}`,
  `{ ${secret}: ${secret} }`,
  `{ ${secret} }`,
  `[ ${secret}, ${secret} ]`,
  `? ${secret}\n    : ${secret}`,
  `|9x ${secret}`,
  `|\n${secret}`,
  `${secret}\n---\n${secret}`,
  `${secret}\n...\n${secret}`,
  `-----BEGIN ${secret}-----\n${secret}: ${secret}`,
  `"-----BEGIN\n\t${secret}`,
  `\${${secret}}x`,
  `\${${secret}`,
  `pa\${Xq7secretXq7}`,
];

/** The secret keys of both ends, and where in a sync file they stand. */
export const secretKeys: readonly (readonly [key: string, authType?: string])[] = [
  ['site_id'],
  ['api_key'],
  ['write_key'],
  ['password', 'password'],
  ['token', 'token'],
  ['oauth_token', 'oauth'],
  ['private_key', 'key_pair'],
  ['private_key_passphrase', 'key_pair'],
];

const warehouseLines = (key: string, value: string, authType: string): string[] => [
  '  warehouse:',
  ...['type: snowflake', 'account: a', 'user: u', 'warehouse: w', 'database: d', 'schema: s'].map(
    (line) => `    ${line}`,
  ),
  '    credentials:',
  `      auth_type: ${authType}`,
  `      ${key}: ${value}`,
];

/** A sync file whose one secret is written as `value` says. */
export function syncFileWith(key: string, value: string, authType?: string): string {
  const source =
    authType === undefined
      ? ['  warehouse: { type: duckdb, path: w.duckdb }']
      : warehouseLines(key, value, authType);
  const destination = authType === undefined ? [`  ${key}: ${value}`] : ['  site_id: site', '  api_key: key'];
  return ['source:', ...source, 'destination:', ...destination, '  region: us', 'state: state.json', ''].join(
    '\n',
  );
}
