import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Answer, reasonOf, retryAfter } from './answer.ts';
import { ProxyError } from './tunnel.ts';

/** How long and how much one request may take: whatever a server does, it ends. Milliseconds and bytes. */
export interface Bounds {
  /** Without a byte either way. */
  readonly silenceMs: number;
  /** From the last byte of the request to the last one of the answer. */
  readonly answerMs: number;
  /** From asking for a connection to the last byte of the answer. */
  readonly wholeMs: number;
  /** Of an answer. One that lists an error for each operation of a full batch has a megabyte or two. */
  readonly mostBody: number;
  /** Answers of 1xx before the answer itself. */
  readonly mostInterim: number;
}

export const boundsOf = (answerMs: number): Bounds => ({
  silenceMs: answerMs,
  answerMs,
  wholeMs: answerMs * 3,
  mostBody: 4_000_000,
  mostInterim: 20,
});

/** An answer, and whether its lack is the fault of a kept connection that the server had closed before. */
export interface Exchanged {
  readonly answer: Answer;
  readonly stale: boolean;
}

/** Sends one prepared request and takes its answer within the bounds. Never rejects, always settles. */
export function exchange(
  request: ClientRequest,
  body: Buffer | undefined,
  bounds: Bounds,
): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>();
  const timers = new Set<NodeJS.Timeout>();
  const isStale = staleness(request);
  const settle = (answer: Answer): void => {
    for (const timer of timers) clearTimeout(timer);
    resolve({ answer, stale: 'failure' in answer && isStale() });
  };
  /** Whatever else comes is not waited for, and nothing more of the body is sent: its buffer is filled anew. */
  const cutOff = (answer: Answer): void => {
    for (const timer of timers) clearTimeout(timer);
    resolve({ answer, stale: false });
    request.destroy();
  };
  const limit = (milliseconds: number): void => {
    timers.add(setTimeout(() => cutOff({ failure: 'no complete answer in time' }), milliseconds));
  };

  limit(bounds.wholeMs);
  request.on('finish', () => limit(bounds.answerMs));
  request.setTimeout(bounds.silenceMs, () => cutOff({ failure: 'no answer in time' }));
  refuseOthers(request, bounds.mostInterim, cutOff);
  request.on('error', (error) => settle(failureOf(error)));
  request.on('close', () => settle({ failure: 'the connection was closed without an answer' }));
  request.on('response', (response) => take(response, bounds.mostBody, request, settle, cutOff));
  request.end(body);
  return promise;
}

/** Whether not a byte came on a connection that had served before: closed while idle, as a rule. */
function staleness(request: ClientRequest): () => boolean {
  let readBefore = 0;
  request.on('socket', (socket) => {
    readBefore = socket.bytesRead;
  });
  return () => request.reusedSocket && request.socket?.bytesRead === readBefore;
}

/** Answers of 1xx are passed over, unless there is no end of them, and no other protocol is taken. */
function refuseOthers(request: ClientRequest, mostInterim: number, cutOff: Settle): void {
  let count = 0;
  request.on('information', () => {
    count += 1;
    if (count > mostInterim) cutOff({ failure: 'answers of 1xx without end' });
  });
  request.on('upgrade', (_response, socket) => {
    socket.destroy();
    cutOff({ failure: 'an unexpected HTTP 101' });
  });
}

const failureOf = (error: unknown): Answer =>
  error instanceof ProxyError ? { failure: error.message, final: error.final } : { failure: reasonOf(error) };

type Settle = (answer: Answer) => void;

function take(
  response: IncomingMessage,
  mostBody: number,
  request: ClientRequest,
  settle: Settle,
  cutOff: Settle,
): void {
  const { headers, statusCode: status = 0 } = response;
  const known = {
    status,
    retryAfterMs: retryAfter(headers['retry-after'], headers.date),
    location: headers.location,
  };
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  // None was asked for, and a small one may hold gigabytes.
  if (encoding !== 'identity') {
    cutOff({ ...known, body: '', flaw: 'compressed' });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostBody) cutOff({ ...known, body: '', flaw: 'too long' });
    else chunks.push(chunk);
  });
  response.on('end', () => {
    const answer = { ...known, body: Buffer.concat(chunks).toString('utf8') };
    // An answer before the body was taken: the buffer is filled anew soon, and must not be sent then.
    if (request.writableFinished) settle(answer);
    else cutOff(answer);
  });
  response.on('error', (error) => cutOff({ failure: reasonOf(error) }));
}
