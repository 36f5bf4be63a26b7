import { configError } from '../../../errors/connector-error.ts';
import type { SnowflakeConfig } from '../config.ts';

/** Where an account is reached, and the name that its login goes by. */
export interface SnowflakeAddress {
  /** With its region where it has one, as the driver takes it: `xy12345.eu-central-1`. */
  readonly account: string;
  /** Scheme, host and port. */
  readonly accessUrl: string;
}

interface Place {
  readonly account: string;
  readonly host: string;
}

type Pasted = Pick<SnowflakeConfig, 'account' | 'host' | 'access_url'>;

const ownDomain = /^(.+)\.(snowflakecomputing\.(?:com|cn|mil))$/i;

/** https://app.snowflake.com/<organisation>/<account>/… or …/<region>/<locator>/…, also by a region's private link. */
const snowsight = /^app\.(?:snowflake|[\w-]+\.privatelink\.snowflakecomputing)\.(com|cn)$/i;

/** Snowsight of one account, by its private link. */
const ownSnowsight = /^app-(.+\.privatelink\.snowflakecomputing\.(?:com|cn))$/i;

/** Names of organisations have no hyphen, names of regions have: `us-west-2`, `west-europe.azure`. */
const isRegion = (text: string): boolean => /^[a-z]+(-[a-z0-9]+)+(\.[\w-]+)*$/i.test(text);

/** What stands behind an account's first dot beside a region. */
const isAddressPart = (text: string): boolean =>
  isRegion(text) || /^(.+\.)?(privatelink|global)$/i.test(text);

const hyphened = (host: string): string => host.replaceAll('_', '-').toLowerCase();

const identifierForm = 'it is <organisation>-<account>, as in the address of Snowsight';

function notAnAccount(account: string): Error {
  return configError(`warehouse.account "${account}" is not an account identifier: ${identifierForm}.`);
}

/** The oldest region is in no host's name; those in China are under a domain of their own. */
function placeOfLocator(locator: string, region: string): Place {
  if (/^us-west-2(\.aws)?$/i.test(region))
    return { account: locator, host: `${locator}.snowflakecomputing.com` };
  const domain = /^cn-/i.test(region) ? 'cn' : 'com';
  const account = `${locator}.${region}`;
  return { account, host: `${account}.snowflakecomputing.${domain}` };
}

/** `organisation.account`, as SQL writes it, is `organisation-account` in addresses. */
function placeOfName(name: string, domain = 'com'): Place {
  const [first = '', ...rest] = name.split('.');
  const region = rest.join('.');
  if (region === '') return { account: name, host: `${name}.snowflakecomputing.${domain}` };
  if (isAddressPart(region)) return placeOfLocator(first, region);
  if (rest.length > 1) throw notAnAccount(name);
  const account = `${first}-${region}`;
  return { account, host: `${account}.snowflakecomputing.${domain}` };
}

function placeOfSnowsight(url: URL, domain: string): Place {
  // What follows a # is the page of an older Snowsight.
  const [first, second] = url.pathname.split('/').filter((part) => part !== '');
  if (first === undefined || second === undefined) {
    throw configError(
      `The address ${url.host} is Snowsight's and names no account: ${identifierForm}, https://app.snowflake.com/<organisation>/<account>/.`,
    );
  }
  return isRegion(first) ? placeOfLocator(second, first) : placeOfName(`${first}-${second}`, domain);
}

function asUrl(text: string): URL | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

/** What an address says of the account; undefined where it is neither Snowflake's nor Snowsight's. */
function placeOfUrl(url: URL): Place | undefined {
  const sight = snowsight.exec(url.hostname);
  if (sight !== null) return placeOfSnowsight(url, (sight[1] ?? 'com').toLowerCase());
  const host = url.host.replace(ownSnowsight, '$1');
  const own = ownDomain.exec(url.hostname.replace(ownSnowsight, '$1'));
  return own === null ? undefined : { account: own[1] ?? '', host };
}

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim();

/** Whatever people paste: the identifier in each of its forms, or an address that a browser or a form shows. */
function placeOfAccount(pasted: string): Place {
  const text = unquoted(pasted);
  const url = asUrl(text);
  const place = url === undefined ? undefined : placeOfUrl(url);
  if (place !== undefined) return place;
  const [, organisation, name] = /^([A-Za-z]\w*)\/([A-Za-z][\w-]*)\/?$/.exec(text) ?? [];
  if (organisation !== undefined) return placeOfName(`${organisation}-${name}`);
  if (!/^\w+([.-]\w+)*$/.test(text)) throw notAnAccount(text);
  return placeOfName(text);
}

/** A host of one's own may be behind a private link, so what is not known is taken as it is. */
function hostOf(pasted: string): string {
  const text = unquoted(pasted);
  const url = asUrl(text);
  if (url === undefined) throw configError(`warehouse.host "${text}" is not a host name.`);
  if (!url.hostname.includes('.') && url.hostname !== 'localhost') {
    return placeOfName(text.replace(/^.*:\/\//, '').replace(/[/:].*$/, '')).host;
  }
  return placeOfUrl(url)?.host ?? url.host;
}

function accessUrlOf({ access_url, host }: Pasted, place: Place): string {
  if (access_url !== undefined) {
    const url = new URL(access_url);
    const known = snowsight.test(url.hostname) ? placeOfUrl(url) : undefined;
    return known === undefined ? access_url.replace(/\/+$/, '') : `https://${hyphened(known.host)}`;
  }
  return `https://${hyphened(host?.trim() ? hostOf(host) : place.host)}`;
}

/** @throws ConnectorError where the text names no account. */
export function snowflakeAddress(config: Pasted): SnowflakeAddress {
  const place = placeOfAccount(config.account);
  return { account: place.account, accessUrl: accessUrlOf(config, place) };
}

/** One text for an account however it is written, and whichever way leads to it. */
export const accountKey = (config: Pasted): string =>
  hyphened(snowflakeAddress(config).account).replace(/\.(privatelink|global)$/, '');
