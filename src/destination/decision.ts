import type { Answer } from './transport.ts';

/** One operation that Customer.io did not take; the others of its batch were accepted. */
export interface ItemError {
  readonly batch_index: number;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** What to do about an answer. */
export type Decision =
  | { readonly action: 'accept'; readonly errors: readonly ItemError[] }
  | { readonly action: 'retry'; readonly why: string; readonly afterMs: number | undefined }
  /** The batch was refused as a whole: halve it until the guilty operation is alone. */
  | { readonly action: 'split'; readonly error: Omit<ItemError, 'batch_index'> }
  | { readonly action: 'stop'; readonly why: string };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

/** The errors of a v2 answer: `{"errors": [{batch_index, reason, field, message}]}`. */
function errorsOf(body: string): Record<string, unknown>[] {
  const value = parsed(body);
  return isObject(value) && Array.isArray(value.errors) ? value.errors.filter(isObject) : [];
}

/** An accepted batch; undefined where the answer does not say which of its operations failed. */
function itemErrors(errors: readonly Record<string, unknown>[], operations: number): ItemError[] | undefined {
  const items = errors.map((error) => ({ batch_index: error.batch_index, ...wording(error) }));
  const named = (item: { batch_index: unknown }): item is ItemError =>
    Number.isInteger(item.batch_index) &&
    Number(item.batch_index) >= 0 &&
    Number(item.batch_index) < operations;
  return items.every(named) ? items : undefined;
}

/**
 * 200 `{}` or 207 with its list. Anything else under these numbers, such as a proxy's page, says nothing of the
 * operations: taken for success it would lose them without a word.
 */
function decideTaken(status: number, body: string, operations: number): Decision {
  const value = parsed(body);
  const readable = isObject(value)
    ? status === 200 || Array.isArray(value.errors)
    : status === 200 && body === '';
  if (!readable) {
    return { action: 'retry', why: `HTTP ${status} without Customer.io's answer`, afterMs: undefined };
  }
  const errors = errorsOf(body);
  const items = itemErrors(errors, operations);
  // Halved, each part is answered alone; an operation may come twice, as in any retry.
  return items === undefined
    ? { action: 'split', error: wholeError(status, body) }
    : { action: 'accept', errors: items };
}

const wording = (error: Record<string, unknown>): Omit<ItemError, 'batch_index'> => ({
  reason: text(error.reason, 'rejected'),
  field: text(error.field, ''),
  message: text(error.message, 'Customer.io gave no message.'),
});

const passing = new Set([408, 425, 429]);

/**
 * https://docs.customer.io/api/track, "Send multiple requests": 200, 207, 400, 401; the rest is HTTP's. The Pipelines
 * API in strict mode has 200, 400 and 401. `keys` names what to look at where the key is refused.
 */
export function decide(answer: Answer, operations: number, keys = 'site_id, api_key'): Decision {
  if ('failure' in answer) return { action: 'retry', why: answer.failure, afterMs: undefined };
  const { status, body, retryAfterMs } = answer;
  if (status === 200 || status === 207) return decideTaken(status, body, operations);
  if (passing.has(status) || status >= 500) {
    return { action: 'retry', why: `HTTP ${status}`, afterMs: retryAfterMs };
  }
  if (status === 400 || status === 413) return { action: 'split', error: wholeError(status, body) };
  return { action: 'stop', why: stopReason(status, keys) };
}

function wholeError(status: number, body: string): Omit<ItemError, 'batch_index'> {
  const [first] = errorsOf(body);
  if (first !== undefined) return wording(first);
  const said = sentenceOf(body);
  if (said !== undefined) return { reason: 'rejected', field: '', message: said };
  return {
    reason: `http_${status}`,
    field: '',
    message: `Customer.io answered ${status} to the operation alone.`,
  };
}

/** The Pipelines API says it in sentences: `{"meta": {"errors": ["…"]}}`. */
function sentenceOf(body: string): string | undefined {
  const value = parsed(body);
  const errors = isObject(value) && isObject(value.meta) ? value.meta.errors : undefined;
  return Array.isArray(errors) ? errors.find((error) => typeof error === 'string') : undefined;
}

function stopReason(status: number, keys: string): string {
  if (status === 401 || status === 403) {
    return `Customer.io refuses the key (${status}): check ${keys} and region.`;
  }
  return `Customer.io answered ${status}: check endpoint and region.`;
}

/** Full jitter: anywhere up to a ceiling that doubles, so that lanes do not come back all at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(30_000, 250 * 2 ** attempt);
}
