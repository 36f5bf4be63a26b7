import type { Answer } from './wire/answer.ts';
import { boundsOf } from './wire/exchange.ts';
import { longestAnswerMs, openWire } from './wire/wire.ts';

/** Where batches go: one for both APIs. */
export interface Transport {
  /** Sends a prepared body; never throws. */
  send(body: Buffer): Promise<Answer>;
  close(): void;
}

export interface TransportOptions {
  /** The host, without a path. */
  readonly url: string;
  readonly path: string;
  /** What the API wants beside the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answerTimeoutMs?: number | undefined;
}

/** Posts bodies as they were packed. node:http costs a third of what fetch does. */
export function batchTransport(options: TransportOptions): Transport {
  const { url, path, headers, answerTimeoutMs = longestAnswerMs } = options;
  const wire = openWire({ url, bounds: boundsOf(answerTimeoutMs) });
  return {
    send: (body) => wire.ask({ method: 'POST', path, headers, body }),
    close: () => wire.close(),
  };
}

/** The value of an Authorization header. */
export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
