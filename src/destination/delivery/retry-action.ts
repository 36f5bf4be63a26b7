import { isJsonObject } from '../../json/json-object.ts';
import { oneLine, type ServerWords } from './server-words.ts';
import { type Answer, redirectTarget } from './wire/answer.ts';

/** One operation that Customer.io did not take; the others of its batch were accepted. */
export interface ItemError {
  readonly batch_index: number;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** What to do about an answer. */
export type RetryAction =
  | { readonly action: 'accept'; readonly errors: readonly ItemError[] }
  | {
      readonly action: 'retry';
      readonly why: string;
      readonly afterMs: number | undefined;
      /** Too much was sent, or a time was named before which nothing more is wanted. */
      readonly isThrottling: boolean;
    }
  /** The batch was refused as a whole: halve it until the guilty operation is alone. */
  | { readonly action: 'split'; readonly error: Omit<ItemError, 'batch_index'> }
  | { readonly action: 'stop'; readonly why: string };

const again = (why: string): RetryAction => ({
  action: 'retry',
  why,
  afterMs: undefined,
  isThrottling: false,
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The errors of a v2 answer, `{"errors": [{batch_index, reason, field, message}]}`, whatever they are in truth. */
function errorsOf(body: string): readonly unknown[] {
  const value = parsed(body);
  return isJsonObject(value) && Array.isArray(value.errors) ? value.errors : [];
}

/** An accepted batch; undefined where the answer does not say which of its operations failed. */
function itemErrors(
  errors: readonly unknown[],
  operations: number,
  clean: ServerWords['clean'],
): ItemError[] | undefined {
  const items: ItemError[] = [];
  for (const error of errors) {
    const index = isJsonObject(error) ? error.batch_index : undefined;
    if (!isJsonObject(error) || typeof index !== 'number' || !Number.isInteger(index)) return undefined;
    if (index < 0 || index >= operations) return undefined;
    items.push({ batch_index: index, ...wording(error, clean) });
  }
  return items;
}

/** What either API says to a batch that it took: `{}`, `{"success": true}`, `{"errors": […]}`. */
const isTaken = (value: unknown): value is Record<string, unknown> =>
  isJsonObject(value) &&
  Object.entries(value).every(([name, of]) =>
    name === 'errors' ? Array.isArray(of) : name === 'success' && of === true,
  );

/**
 * 200 `{}` or 207 with its list. Anything else under these numbers, such as a proxy's page, says nothing of the
 * operations: taken for success it would lose them without a word.
 */
function actionOnTaken(answer: Received, operations: number, words: ServerWords): RetryAction {
  const { status, body, flaw } = answer;
  const value = parsed(body);
  // Too many errors to be read: half of the batch has fewer.
  if (status === 207 && flaw === 'too long')
    return { action: 'split', error: wholeError(status, body, words) };
  if (!isTaken(value) || (status === 207 && value.errors === undefined)) {
    const how = flaw === undefined ? '' : ` (${flaw})`;
    return again(`HTTP ${status} without Customer.io's answer${how}`);
  }
  const items = itemErrors(errorsOf(body), operations, words.clean);
  // Halved, each part is answered alone; an operation may come twice, as in any retry.
  return items === undefined
    ? { action: 'split', error: wholeError(status, body, words) }
    : { action: 'accept', errors: items };
}

function wording(
  error: Record<string, unknown>,
  clean: ServerWords['clean'],
): Omit<ItemError, 'batch_index'> {
  const text = (value: unknown, fallback: string): string =>
    typeof value === 'string' ? clean(value) : fallback;
  return {
    reason: text(error.reason, 'rejected'),
    field: text(error.field, ''),
    message: text(error.message, 'Customer.io gave no message.'),
  };
}

type Received = Extract<Answer, { status: number }>;

const passing = new Set([408, 425, 429]);

const plainWords: ServerWords = { keys: 'site_id, api_key', host: 'Customer.io', clean: oneLine };

/**
 * https://docs.customer.io/api/track, "Send multiple requests": 200, 207, 400, 401; the rest is HTTP's. The Pipelines
 * API in strict mode has 200, 400 and 401.
 */
export function retryAction(
  answer: Answer,
  operations: number,
  words: ServerWords = plainWords,
): RetryAction {
  if ('failure' in answer) {
    if (answer.final === true) return { action: 'stop', why: words.clean(answer.failure) };
    return again(words.clean(answer.failure));
  }
  const { status, body, retryAfterMs } = answer;
  if (status === 200 || status === 207) return actionOnTaken(answer, operations, words);
  if (passing.has(status) || status >= 500) {
    const isThrottling = status === 429 || retryAfterMs !== undefined;
    return { action: 'retry', why: `HTTP ${status}`, afterMs: retryAfterMs, isThrottling };
  }
  if (status === 400 || status === 413) return { action: 'split', error: wholeError(status, body, words) };
  return { action: 'stop', why: stopReason(answer, words) };
}

/**
 * 400 in neither API's words, such as a proxy's page. A firewall may mean the one operation by it, and so the batch is
 * halved; said of one operation after another, it is not Customer.io that answers.
 */
function isForeignRefusal(answer: Answer): boolean {
  if ('failure' in answer || answer.status !== 400) return false;
  const value = parsed(answer.body);
  return !isJsonObject(value) || !(Array.isArray(value.errors) || isJsonObject(value.meta));
}

/** Operations in a row that may be refused in words that are not Customer.io's. */
const mostForeignRefusals = 2;

/** What to do about one answer after another of a run. */
export function retryActions(words: ServerWords): (answer: Answer, operations: number) => RetryAction {
  let foreign = 0;
  return (answer, operations) => {
    const action = retryAction(answer, operations, words);
    if (action.action === 'accept') foreign = 0;
    if (operations > 1 || !isForeignRefusal(answer)) return action;
    foreign += 1;
    if (foreign <= mostForeignRefusals) return action;
    const why = `${words.host} answers 400 to each operation, but not the way Customer.io does. Is it Customer.io's API, or is there a proxy in between? Check endpoint.`;
    return { action: 'stop', why };
  };
}

function wholeError(status: number, body: string, { clean }: ServerWords): Omit<ItemError, 'batch_index'> {
  const first = errorsOf(body).find(isJsonObject);
  if (first !== undefined) return wording(first, clean);
  const said = sentenceOf(body);
  if (said !== undefined) return { reason: 'rejected', field: '', message: clean(said) };
  return {
    reason: `http_${status}`,
    field: '',
    message: `Customer.io answered ${status} to the operation alone.`,
  };
}

/** The Pipelines API says it in sentences: `{"meta": {"errors": ["…"]}}`. */
function sentenceOf(body: string): string | undefined {
  const value = parsed(body);
  const errors = isJsonObject(value) && isJsonObject(value.meta) ? value.meta.errors : undefined;
  return Array.isArray(errors) ? errors.find((error) => typeof error === 'string') : undefined;
}

function stopReason(answer: Received, words: ServerWords): string {
  const { status } = answer;
  if (status === 401 || status === 403) {
    return `Customer.io refuses the key (${status}): check ${words.keys} and region.`;
  }
  return redirection(answer, words) ?? `Customer.io answered ${status}: check endpoint and region.`;
}

/** Why a redirect is an error, undefined for other answers. It is never followed: rows and keys would go there. */
export function redirection({ status, location }: Received, words: ServerWords): string | undefined {
  if (status < 300 || status > 399) return undefined;
  // A key in it is known best as it came, and again once the address is tidied.
  const given = location === undefined ? undefined : words.clean(location);
  const target = words.clean(redirectTarget(given, URL.parse(words.host)?.href ?? 'http://localhost'));
  const region = /-eu\.customer\.io/.test(target) ? ' Is the workspace in region "eu"?' : '';
  return `${words.host} answered ${status} and points to ${target}. Redirects are not followed, since rows and keys would go there: check endpoint and region.${region}`;
}

/** Full jitter: anywhere up to a ceiling that doubles, so that lanes do not come back all at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(30_000, 250 * 2 ** attempt);
}
