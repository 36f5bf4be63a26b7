import { describe, expect, it } from 'vitest';
import { parseDestinationConfig } from '../config.ts';
import { backoffMs, retryAction, retryActions } from './retry-action.ts';
import { serverWords } from './server-words.ts';
import type { Answer } from './wire/answer.ts';

const pipelines = parseDestinationConfig({ api: 'pipelines', write_key: 'secret-of-ours' });

const answer = (status: number, body = '', retryAfterMs?: number) => ({ status, body, retryAfterMs });

describe('an answer', () => {
  it.each([
    [200, '{}', 'accept'],
    [207, '{"errors":[]}', 'accept'],
    [400, '', 'split'],
    [413, '', 'split'],
    [401, '', 'stop'],
    [403, '', 'stop'],
    [404, '', 'stop'],
    [408, '', 'retry'],
    [429, '', 'retry'],
    [500, '', 'retry'],
    [502, '<html>Bad gateway</html>', 'retry'],
    [503, '', 'retry'],
  ])('of %i %s means %s', (status, body, action) => {
    expect(retryAction(answer(status, body), 10).action).toBe(action);
  });

  it('that never came is retried', () => {
    expect(retryAction({ failure: 'socket hang up' }, 10)).toMatchObject({
      action: 'retry',
      why: 'socket hang up',
    });
  });

  it('of 207 names its failures', () => {
    const errors = [{ batch_index: 2, reason: 'invalid', field: 'name', message: 'no' }];
    expect(retryAction(answer(207, JSON.stringify({ errors })), 10)).toEqual({ action: 'accept', errors });
  });

  it.each([
    ['without an index', { reason: 'invalid' }],
    ['with the index of no operation', { batch_index: 10, reason: 'invalid' }],
    ['with a broken index', { batch_index: 1.5, reason: 'invalid' }],
    ['with an index that is a text', { batch_index: '1', reason: 'invalid' }],
    ['that is a text', 'invalid'],
    ['that is null', null],
    ['that is a list', [1]],
  ])('of 207 with a failure %s is found by halving', (_, error) => {
    const body = JSON.stringify({ errors: [{ batch_index: 0, reason: 'invalid' }, error] });
    expect(retryAction(answer(207, body), 10)).toMatchObject({
      action: 'split',
      error: { reason: 'invalid' },
    });
  });

  it.each([
    [200, ''],
    [200, ' '],
    [200, '<html>Sign in</html>'],
    [200, '{'],
    [200, '[]'],
    [200, 'null'],
    [200, '"ok"'],
    [200, '0'],
    [200, '{"error":"sign in"}'],
    [200, '{"success":false}'],
    [200, '{"errors":{}}'],
    [200, '{"errors":null}'],
    [207, '{"success":true}'],
    [207, '{"errors":"many"}'],
    [207, '[{"batch_index":0}]'],
    [207, '<html>'],
    [207, ''],
    [207, '{}'],
    [207, '{"errors":[{"batch_in'],
  ])('of %i that says nothing of the operations is no success: %j', (status, body) => {
    expect(retryAction(answer(status, body), 10).action).toBe('retry');
  });

  it.each(['{}', ' { } ', '{"success":true}', '{"errors":[]}'])(
    'of 200 that is Customer.io’s: %s',
    (body) => {
      expect(retryAction(answer(200, body), 10)).toEqual({ action: 'accept', errors: [] });
    },
  );

  it.each([
    ['[null]', 'rejected'],
    ['["x"]', 'rejected'],
    ['[{"reason":7}]', 'rejected'],
  ])('of 207 to one operation whose error cannot be read is its refusal: %s', (errors) => {
    expect(retryAction(answer(207, `{"errors":${errors}}`), 1)).toMatchObject({ action: 'split' });
  });

  it('that is too long to read is halved under 207, and tried again under 200', () => {
    const long = { body: '', retryAfterMs: undefined, flaw: 'too long' } as const;
    expect(retryAction({ status: 207, ...long }, 10).action).toBe('split');
    expect(retryAction({ status: 200, ...long }, 10).action).toBe('retry');
  });

  it.each([
    [301, 'https://user:pass@else.example/login?token=secret-of-ours#x', 'https://else.example/login.'],
    [302, '/elsewhere', 'https://cdp.customer.io/elsewhere'],
    [303, '//else.example:81', 'http'],
    [307, 'https://secret-of-ours.example/secret-of-ours/x', 'https://****.example/****/x'],
    [308, 'javascript:alert(1)', 'something that is not an address'],
    [302, undefined, 'nowhere'],
    [300, undefined, 'nowhere'],
    [304, undefined, 'nowhere'],
    [307, 'https://cdp-eu.customer.io/v1/batch', 'Is the workspace in region "eu"?'],
  ])('of %i to %s stops the run, and names the target', (status, location, target) => {
    const words = serverWords(pipelines, 'write_key');
    const { action, why } = Object(retryAction({ ...answer(status), location }, 10, words));
    expect(action).toBe('stop');
    expect(why).toContain(target);
    expect(why).not.toMatch(/secret-of-ours|pass|token/);
  });

  it('keeps keys, pages and control characters out of what it tells', () => {
    const secret = 'secret-of-ours';
    const message = `\u001b[2J${secret} ${Buffer.from(`${secret}:`).toString('base64')}\n${'page '.repeat(900)}`;
    const body = JSON.stringify({ errors: [{ batch_index: 0, reason: secret, field: secret, message }] });
    const { errors } = Object(retryAction(answer(207, body), 1, serverWords(pipelines, 'write_key')));
    expect(errors[0]).toMatchObject({ reason: '****', field: '****' });
    expect(errors[0].message).toMatch(/^\[2J\*{4} \*{4} page/);
    expect(errors[0].message.length).toBeLessThan(310);
    expect(errors[0].message).not.toContain(Buffer.from(`${secret}:`).toString('base64'));
  });

  it('of a proxy that refuses for good stops the run', () => {
    expect(retryAction({ failure: 'the proxy says no', final: true }, 1)).toMatchObject({ action: 'stop' });
  });

  it('of 400 gives the reason of either API, in fields or in a sentence', () => {
    const fields = { reason: 'invalid', field: 'name', message: 'no' };
    const track = JSON.stringify({ errors: [fields] });
    expect(retryAction(answer(400, track), 1)).toEqual({ action: 'split', error: fields });
    const pipelines = '{"meta":{"errors":["batch[0]: event is required"]}}';
    expect(retryAction(answer(400, pipelines), 1)).toMatchObject({
      action: 'split',
      error: { reason: 'rejected', message: 'batch[0]: event is required' },
    });
    expect(retryAction(answer(400, '{"meta":{"errors":[7]}}'), 1)).toMatchObject({
      error: { reason: 'http_400' },
    });
  });

  it('that refuses the key names what to look at', () => {
    expect(retryAction(answer(401), 1)).toMatchObject({
      why: expect.stringContaining('check site_id, api_key'),
    });
    expect(retryAction(answer(401), 1, serverWords(pipelines, 'write_key'))).toMatchObject({
      why: expect.stringContaining('check write_key and region'),
    });
  });

  it('hands on how long to wait', () => {
    expect(retryAction(answer(429, '', 31_000), 10)).toMatchObject({ afterMs: 31_000 });
  });
});

it.each<[string, Answer, boolean]>([
  ['429', answer(429), true],
  ['429 with a time', answer(429, '', 1_000), true],
  ['503 with a time', answer(503, '', 1_000), true],
  ['503', answer(503), false],
  ['408', answer(408), false],
  ['200 without its answer', answer(200, '<html>'), false],
  ['none', { failure: 'HTTP 429' }, false],
])('an answer of %s is a throttling or is not: %s', (_what, given, isThrottling) => {
  expect(retryAction(given, 10)).toMatchObject({ action: 'retry', isThrottling });
});

it('waits longer with each attempt, up to half a minute', () => {
  const longest = (attempt: number): number => backoffMs(attempt, () => 1);
  expect([0, 1, 2].map(longest)).toEqual([250, 500, 1000]);
  expect(longest(50)).toBe(30_000);
  expect(backoffMs(5, () => 0)).toBe(0);
});

describe('400 in the words of another', () => {
  const page = '<html><h1>400 Bad Request</h1></html>';
  const refusal = '{"errors":[{"reason":"invalid","field":"name","message":"no"}]}';
  const actions = (...answers: (readonly [number, string, number?])[]): string[] => {
    const actionOn = retryActions(serverWords(pipelines, 'write_key'));
    return answers.map(([status, body, operations = 1]) => actionOn(answer(status, body), operations).action);
  };

  it.each([page, '', '"no"', '[]', '{}', '{"error":"blocked"}', '{"errors":"many"}', 'null'])(
    'is a row’s fault twice, and then the server’s: %s',
    (body) => {
      expect(actions([400, body, 2], [400, body], [400, body], [400, body])).toEqual([
        'split',
        'split',
        'split',
        'stop',
      ]);
    },
  );

  it('is forgotten once something is accepted', () => {
    const answers = [page, page, '', page, page].map(
      (body) => [body === '' ? 200 : 400, body || '{}'] as const,
    );
    expect(new Set(actions(...answers, ...answers.slice(2)))).toEqual(new Set(['split', 'accept']));
  });

  it.each([refusal, '{"meta":{"errors":["no"]}}', '{"meta":{"error":"no"}}'])(
    'is not what Customer.io says: %s',
    (body) => {
      expect(actions(...Array.from({ length: 9 }, () => [400, body] as const))).not.toContain('stop');
    },
  );

  it('names the server and quotes nothing of its page', () => {
    const actionOn = retryActions(serverWords(pipelines, 'write_key'));
    const [, , last] = [1, 2, 3].map(() => actionOn(answer(400, page), 1));
    expect(last).toMatchObject({
      action: 'stop',
      why: expect.stringContaining('cdp.customer.io answers 400'),
    });
    expect(JSON.stringify(last)).not.toContain('html');
  });
});
