const firstOf = (...names: readonly string[]): string | undefined =>
  names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');

/** Whether NO_PROXY names the host: itself, a domain that it is in, or all. */
function isExempt(hostname: string): boolean {
  const entries = (firstOf('no_proxy', 'NO_PROXY') ?? '').toLowerCase().split(/[\s,]+/);
  return entries
    .map((entry) => entry.replace(/^\*?\./, '').replace(/:\d+$/, ''))
    .some((entry) => entry === '*' || (entry !== '' && `.${hostname.toLowerCase()}`.endsWith(`.${entry}`)));
}

/** The proxy that requests to an address go through, as `host:port` without its password, and the variable that names it. */
export function proxyOf(address: string): { readonly proxy: string; readonly variable: string } | undefined {
  const { hostname, protocol } = new URL(address);
  const variable = protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const value = firstOf(variable.toLowerCase(), variable);
  if (value === undefined || isExempt(hostname)) return undefined;
  const whole = value.includes('://') ? value : `http://${value}`;
  return { proxy: URL.canParse(whole) ? new URL(whole).host : 'that it names', variable };
}
