/** What came back for one request: an answer, or the reason why there is none. */
export type Answer =
  | {
      readonly status: number;
      /** Empty where it could not be taken: see `flaw`. */
      readonly body: string;
      readonly retryAfterMs: number | undefined;
      /** The Location of a redirect, as it came. */
      readonly location?: string | undefined;
      /** Why the body was not taken, though the status came. */
      readonly flaw?: 'compressed' | 'too long' | undefined;
    }
  | {
      readonly failure: string;
      /** Trying again cannot help: the configuration has to be mended. */
      readonly final?: boolean | undefined;
    };

/** A server may name any time: nobody waits for days. */
const longestNamedMs = 3_600_000;

/**
 * Seconds or an HTTP date, as RFC 9110 has it. A date is measured against the answer's own Date, where it has one:
 * this machine's clock may be wrong by hours. Milliseconds, an hour at most.
 */
export function retryAfter(header: string | undefined, date?: string): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestNamedMs);
  const answeredAt = Date.parse(date ?? '');
  const milliseconds = Date.parse(text) - (Number.isNaN(answeredAt) ? Date.now() : answeredAt);
  if (!Number.isFinite(milliseconds)) return undefined;
  return Math.min(Math.max(0, milliseconds), longestNamedMs);
}

/** Where a redirect points, without what may be secret in it: user, password, query. */
export function redirectTarget(location: string | undefined, from: string): string {
  if (location === undefined || location === '') return 'nowhere';
  const target = URL.parse(location, from);
  if (target === null || !/^https?:$/.test(target.protocol)) return 'something that is not an address';
  return `${target.protocol}//${target.host}${target.pathname === '/' ? '' : target.pathname}`;
}

/** The reason in an error of node:http or of the system; several, where several addresses of a host were tried. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
