import { isObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { oversizedOperations } from '../track/operation-sizes.ts';
import { type Answer, NOT_FOUND, parse, UNAUTHORIZED, type Workspace } from '../track/track-api.ts';
import { CALL_TYPES, type Call, type CallType, readCall } from './call.ts';
import { perform } from './perform-call.ts';

export interface PipelinesRequest {
  readonly route: string;
  readonly authorization: string | undefined;
  /** `X-Strict-Mode: 1`. */
  readonly strict: boolean;
  readonly body: Buffer;
}

const ACCEPTED: Answer = { status: 200, body: {} };

const ENDPOINTS: ReadonlyMap<string, CallType | 'batch'> = new Map(
  [...CALL_TYPES, 'batch' as const].map((name) => [`POST /v1/${name}`, name]),
);

/**
 * The Pipelines API of the same workspace. In strict mode a request with anything wrong is answered with 400 or
 * 401 and nothing of it is done: no answer tells one call of a batch from the others. Without it, everything is
 * answered with 200 and what is wrong is dropped.
 */
export function answerPipelines(workspace: Workspace, request: PipelinesRequest): Answer {
  const endpoint = ENDPOINTS.get(request.route);
  if (endpoint === undefined) return NOT_FOUND;
  const { strict, body, authorization } = request;
  if (!isAuthorized(workspace, authorization)) return strict ? UNAUTHORIZED : ACCEPTED;
  const read = endpoint === 'batch' ? readBatch(body) : readOne(body, endpoint);
  workspace.operations += read.length;
  const problems = read.filter((call) => typeof call === 'string');
  if (strict && problems.length > 0) return { status: 400, body: { meta: { errors: problems } } };
  const now = Math.floor(Date.now() / 1000);
  for (const call of read) {
    if (typeof call === 'string') workspace.store.conflicts.push({ field: '', value: null, message: call });
    else perform(workspace.store, call, workspace.objectTypes, now);
  }
  return ACCEPTED;
}

/** "Your API key is your username and your password is blank." */
function isAuthorized({ writeKey }: Workspace, authorization: string | undefined): boolean {
  const [scheme, credentials = ''] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return false;
  return Buffer.from(credentials, 'base64').toString() === `${writeKey}:`;
}

/** "A request is limited to 32KB." */
function readOne(body: Buffer, type: CallType): readonly (Call | string)[] {
  if (body.length > LIMITS.operation) return [`the request is larger than ${LIMITS.operation} bytes`];
  return [readCall(parse(body), type)];
}

/** "A batch request is limited to 500KB total and 32KB per call in the request." */
function readBatch(body: Buffer): readonly (Call | string)[] {
  if (body.length > LIMITS.batch) return [`the batch is larger than ${LIMITS.batch} bytes`];
  const given = parse(body);
  const calls = isObject(given) ? given.batch : undefined;
  if (!Array.isArray(calls) || calls.length === 0) return ['batch must be a list of calls'];
  const oversized = oversizedOperations(body, LIMITS.operation);
  return calls.map((each, index) => {
    if (oversized.has(index)) return `batch[${index}]: the call is larger than ${LIMITS.operation} bytes`;
    const call = readCall(each);
    return typeof call === 'string' ? `batch[${index}]: ${call}` : call;
  });
}
