import { isJsonObject } from '../../json/json-object.ts';
import { redirection } from '../delivery/retry-action.ts';
import type { ServerWords } from '../delivery/server-words.ts';
import type { Answer } from '../delivery/wire/answer.ts';
import { boundsOf } from '../delivery/wire/exchange.ts';
import { type Call, openWire } from '../delivery/wire/wire.ts';

/** A person waits for a check. */
const checkTimeoutMs = 15_000;

const isPassing = (answer: Answer): boolean =>
  'failure' in answer ? answer.final !== true : answer.status >= 500 || answer.status === 429;

/** One question, asked twice where the first answer may pass. @throws ConnectorError where the environment's proxy is none. */
export async function ask(url: string, call: Call, answerTimeoutMs = checkTimeoutMs): Promise<Answer> {
  const wire = openWire({ url, bounds: { ...boundsOf(answerTimeoutMs), wholeMs: answerTimeoutMs } });
  try {
    const first = await wire.ask(call);
    return isPassing(first) ? await wire.ask(call) : first;
  } finally {
    wire.close();
  }
}

/** What an answer that is not the one hoped for says of the configuration. */
export function explain(answer: Answer, words: ServerWords, api: string): string {
  if ('failure' in answer) {
    const mend = answer.final === true ? '' : ' Check the network and, if set, endpoint.';
    return `${words.host} could not be reached: ${words.clean(answer.failure).replace(/\.$/, '')}.${mend}`;
  }
  const { status } = answer;
  if (status === 401 || status === 403) {
    return `Customer.io refuses the key: check ${words.keys}, and the region.`;
  }
  const whole = status === 200 || status === 400 ? ', but not the way Customer.io does' : '';
  return (
    redirection(answer, words) ?? `${words.host} answered ${status}${whole}: is it Customer.io's ${api}?`
  );
}

/** The body as a JSON object, undefined where it is none. */
export function objectOf(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
