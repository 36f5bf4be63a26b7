import { BlockList, isIP } from 'node:net';
import { configError } from '../../../errors/connector-error.ts';

/** The proxy that leads to a host. */
export interface WebProxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization. */
  readonly authorization: string | undefined;
  /** Its address and where it was named, for messages: without user and password. */
  readonly label: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The lower-case spelling wins, as in curl; an empty one counts as none. */
function variable(env: Environment, name: string): { name: string; value: string } | undefined {
  for (const spelling of [name.toLowerCase(), name]) {
    const value = env[spelling]?.trim();
    if (value) return { name: spelling, value };
  }
  return undefined;
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '').toLowerCase();

/** This machine itself. */
const isLoopback = (hostname: string): boolean =>
  /^(127(\.\d+){3}|::1|(.+\.)?localhost)$/.test(bare(hostname));

/**
 * The proxy for a target by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, undefined for none. A loopback address is asked of a
 * proxy on this machine only: to any other it would mean the proxy itself.
 *
 * @throws ConnectorError where the variable holds no address of a proxy.
 */
export function proxyFor(target: URL, env: Environment): WebProxy | undefined {
  const given = variable(env, target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (given === undefined || isExempt(target, variable(env, 'NO_PROXY')?.value ?? '')) return undefined;
  const proxy = parseProxy(given);
  return isLoopback(target.hostname) && !isLoopback(proxy.host) ? undefined : proxy;
}

function parseProxy({ name, value }: { name: string; value: string }): WebProxy {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || url.hostname === '' || !/^https?:$/.test(url.protocol)) {
    throw configError(
      `The environment variable ${name} does not contain the address of an HTTP proxy: it must look like http://proxy.example:3128.`,
    );
  }
  const secure = url.protocol === 'https:';
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    secure,
    host: bare(url.hostname),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authorization:
      credentials === ':' ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`,
    label: `the proxy ${url.protocol}//${url.host} (${name})`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** NO_PROXY as curl and others read it: hosts with or without a leading dot or `*.`, ports, addresses, CIDR, `*`. */
function isExempt(target: URL, noProxy: string): boolean {
  const host = bare(target.hostname);
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || isInside(host, entry) || names(entry, host, port));
}

function names(entry: string, host: string, port: string): boolean {
  const [, name = entry, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const domain = bare(name).replace(/^\*?\./, '');
  if (domain === '') return false;
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function isInside(host: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const [family, of] = [isIP(host), isIP(bare(network))];
  if (family === 0 || family !== of || !/^\d+$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(bare(network), Number(bits), kind);
  return list.check(host, kind);
}
