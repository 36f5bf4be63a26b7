import { describe, expect, it } from 'vitest';
import { backoffMs, decide } from './decision.ts';

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
  ])('of %i is decided: %s %s', (status, body, action) => {
    expect(decide(answer(status, body), 10).action).toBe(action);
  });

  it('that never came is retried', () => {
    expect(decide({ failure: 'socket hang up' }, 10)).toMatchObject({
      action: 'retry',
      why: 'socket hang up',
    });
  });

  it('of 207 names its failures', () => {
    const errors = [{ batch_index: 2, reason: 'invalid', field: 'name', message: 'no' }];
    expect(decide(answer(207, JSON.stringify({ errors })), 10)).toEqual({ action: 'accept', errors });
  });

  it.each([
    ['without an index', { reason: 'invalid' }],
    ['with the index of no operation', { batch_index: 10, reason: 'invalid' }],
    ['with a broken index', { batch_index: 1.5, reason: 'invalid' }],
  ])('of 207 with a failure %s is found by halving', (_, error) => {
    const body = JSON.stringify({ errors: [{ batch_index: 0, reason: 'invalid' }, error] });
    expect(decide(answer(207, body), 10)).toMatchObject({ action: 'split', error: { reason: 'invalid' } });
  });

  it.each([
    [200, '<html>Sign in</html>'],
    [207, '<html>'],
    [207, ''],
    [207, '{}'],
    [207, '{"errors":[{"batch_in'],
  ])('of %i that says nothing of the operations is no success: %j', (status, body) => {
    expect(decide(answer(status, body), 10).action).toBe('retry');
  });

  it('of 400 gives the reason of either API, in fields or in a sentence', () => {
    const fields = { reason: 'invalid', field: 'name', message: 'no' };
    const track = JSON.stringify({ errors: [fields] });
    expect(decide(answer(400, track), 1)).toEqual({ action: 'split', error: fields });
    const pipelines = '{"meta":{"errors":["batch[0]: event is required"]}}';
    expect(decide(answer(400, pipelines), 1)).toMatchObject({
      action: 'split',
      error: { reason: 'rejected', message: 'batch[0]: event is required' },
    });
    expect(decide(answer(400, '{"meta":{"errors":[7]}}'), 1)).toMatchObject({
      error: { reason: 'http_400' },
    });
  });

  it('that refuses the key names what to look at', () => {
    expect(decide(answer(401), 1)).toMatchObject({ why: expect.stringContaining('check site_id, api_key') });
    expect(decide(answer(401), 1, 'write_key')).toMatchObject({
      why: expect.stringContaining('check write_key and region'),
    });
  });

  it('hands on how long to wait', () => {
    expect(decide(answer(429, '', 31_000), 10)).toMatchObject({ afterMs: 31_000 });
  });
});

it('waits longer with each attempt, up to half a minute', () => {
  const longest = (attempt: number): number => backoffMs(attempt, () => 1);
  expect([0, 1, 2].map(longest)).toEqual([250, 500, 1000]);
  expect(longest(50)).toBe(30_000);
  expect(backoffMs(5, () => 0)).toBe(0);
});
