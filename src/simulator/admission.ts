import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './track/track-api.ts';

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|[^:/@\s]+\.localhost|\[::1\])(?::\d{1,5})?$/i;

/** What a browser says of a request that a page of elsewhere makes. Of its own pages and the address bar: these. */
const OWN_SITES: readonly (string | undefined)[] = [undefined, 'none', 'same-origin'];

/**
 * Why a request is not for us, undefined where it is. A page of anywhere can send requests to this machine, and by a
 * name that it lets point here (DNS rebinding) it could read the answers: so the Host must be this machine, and an
 * Origin, which only pages have, our own.
 */
export function refusal(headers: IncomingHttpHeaders): Answer | undefined {
  const { host, origin } = headers;
  if (host === undefined || !LOOPBACK.test(host)) {
    return refused('the Host must be this machine, such as 127.0.0.1 or localhost');
  }
  const isOwn = origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`;
  if (!isOwn || !OWN_SITES.includes(headers['sec-fetch-site']?.toString())) {
    return refused('pages of other origins have no access');
  }
  return undefined;
}

const refused = (error: string): Answer => ({ status: 403, body: { meta: { error } } });
