import type { Faults } from '../faults.ts';
import { isObject, type Json } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { apply } from '../workspace/apply.ts';
import type { OperationError } from '../workspace/operation.ts';
import type { Store } from '../workspace/store.ts';
import { oversizedOperations } from './operation-sizes.ts';
import { isError, validate } from './validate.ts';

export interface Answer {
  readonly status: number;
  /** An object is sent as JSON, a string as it stands. */
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Workspace {
  readonly siteId: string;
  readonly apiKey: string;
  /** The key of the Pipelines API. */
  readonly writeKey: string;
  readonly region: 'us' | 'eu';
  readonly objectTypes: ReadonlySet<string>;
  readonly store: Store;
  readonly faults: Faults;
  /** Operations received so far, refused ones too. */
  operations: number;
}

export const UNAUTHORIZED: Answer = { status: 401, body: { meta: { error: 'Unauthorized request' } } };
export const NOT_FOUND: Answer = { status: 404, body: { meta: { error: 'not found' } } };
const ACCEPTED: Answer = { status: 200, body: {} };

type Route = (workspace: Workspace, body: Buffer) => Answer;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /api/v1/accounts/region': region,
  'POST /api/v2/entity': entity,
  'POST /api/v2/batch': batch,
};

export function answer(
  workspace: Workspace,
  request: { readonly route: string; readonly authorization: string | undefined; readonly body: Buffer },
): Answer {
  const route = Object.hasOwn(ROUTES, request.route) ? ROUTES[request.route] : undefined;
  if (route === undefined) return NOT_FOUND;
  if (!isAuthorized(workspace, request.authorization)) return UNAUTHORIZED;
  return route(workspace, request.body);
}

/** "Track endpoints use basic authentication with your Site ID as the user name and your secret key as the password." */
function isAuthorized(workspace: Workspace, authorization: string | undefined): boolean {
  const [scheme, credentials = ''] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return false;
  return Buffer.from(credentials, 'base64').toString() === `${workspace.siteId}:${workspace.apiKey}`;
}

/** "Find your account region": either host answers with the account's own. */
function region(workspace: Workspace): Answer {
  const host = workspace.region === 'eu' ? 'track-eu' : 'track';
  return {
    status: 200,
    body: { url: `https://${host}.customer.io`, region: workspace.region, environment_id: 1 },
  };
}

/** POST /api/v2/entity: one operation, 200 or 400. */
function entity(workspace: Workspace, body: Buffer): Answer {
  if (body.length > LIMITS.operation) return malformed(tooLarge('', LIMITS.operation));
  const operation = parse(body);
  if (operation === undefined) return malformed(NOT_JSON);
  const error = take(workspace, operation, Date.now() / 1000);
  return error === undefined ? ACCEPTED : malformed(error);
}

/** POST /api/v2/batch: 200, or 207 with what failed by its place; the others are accepted. */
function batch(workspace: Workspace, body: Buffer): Answer {
  if (body.length > LIMITS.batch) return malformed(tooLarge('batch', LIMITS.batch));
  const given = parse(body);
  if (given === undefined) return malformed(NOT_JSON);
  const operations = isObject(given) ? given.batch : undefined;
  if (!Array.isArray(operations))
    return malformed({ reason: 'required', field: 'batch', message: 'batch must be a list' });
  const oversized = oversizedOperations(body, LIMITS.operation);
  const now = Date.now() / 1000;
  const errors: ({ batch_index: number } & OperationError)[] = [];
  for (const [index, operation] of operations.entries()) {
    const error = oversized.has(index) ? refuseOversized(workspace) : take(workspace, operation, now);
    if (error !== undefined) errors.push({ batch_index: index, ...error });
  }
  return errors.length === 0 ? ACCEPTED : { status: 207, body: { errors } };
}

/** Validates and applies one operation. `now` is cut to whole seconds, as all of the API's times are. */
function take(workspace: Workspace, given: Json, now: number): OperationError | undefined {
  const count = ++workspace.operations;
  const { rejectEvery } = workspace.faults;
  if (rejectEvery > 0 && count % rejectEvery === 0) {
    return {
      reason: 'invalid',
      field: 'simulator',
      message: `every operation number ${rejectEvery} is refused`,
    };
  }
  const operation = validate(given, workspace.objectTypes);
  if (isError(operation)) return operation;
  apply(workspace.store, operation, Math.floor(now));
  return undefined;
}

function refuseOversized(workspace: Workspace): OperationError {
  workspace.operations++;
  return tooLarge('', LIMITS.operation);
}

function tooLarge(field: string, limit: number): OperationError {
  return { reason: 'too_large', field, message: `the ${field || 'operation'} is larger than ${limit} bytes` };
}

const NOT_JSON: OperationError = { reason: 'invalid', field: '', message: 'the body is not JSON' };

function malformed(error: OperationError): Answer {
  return { status: 400, body: { errors: [error] } };
}

export function parse(body: Buffer): Json | undefined {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
