import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../errors/connector-error.ts';
import { parseMessage } from './parse-message.ts';

function failureOf(text: string): string {
  try {
    parseMessage({ text, number: 1 });
  } catch (error) {
    return messageOf(error);
  }
  throw new Error(`was read: ${text}`);
}

describe('a broken line shows no secret', () => {
  it.each([
    '{"password":hunter2secret}',
    'hunter2secret":1}',
    '{"hunter2secret":1',
    '{"a":"x\\"hunter2secret":1',
    '{"a":"hunter2secret":1}',
    "{'a':'hunter2secret'}",
    '{"type":"STATE","state":"hunter2secret"}',
    '{"type":"STATE","state":{"type":{"hunter2secret":1},"stream":"hunter2secret"}}',
    '{"type":"RECORD","record":{"stream":"s","data":"hunter2secret","emitted_at":1}}',
  ])('%s', (text) => {
    expect(failureOf(text)).not.toContain('hunter2secret');
  });

  it('of any spelling at any place', () => {
    const whole = '{"type":"RECORD","record":{"stream":"s","data":{"a":"b","c":[1,true]},"emitted_at":17}}';
    const secret = fc
      .tuple(fc.constantFrom('Zq', 'q"Z', 'q\\Z', 'Z:q'), fc.string({ minLength: 6, maxLength: 30 }))
      .map(([head, tail]) => head + tail);
    fc.assert(
      fc.property(secret, fc.nat(whole.length), fc.nat(60), fc.boolean(), (hidden, place, end, quoted) => {
        const put = quoted ? JSON.stringify(hidden) : hidden;
        const message = failureOf(`${whole.slice(0, place)}${put}${whole.slice(place, place + end)}{`);
        expect(message).not.toContain(hidden);
        expect(message.replace(/^Line 1 of the input [\w ]+\./, '')).not.toMatch(/Z|q/);
      }),
      { numRuns: 3000 },
    );
  });

  it('and stays short, however long it is', () => {
    expect(failureOf(`{${'"type":{'.repeat(10_000)}`).length).toBeLessThan(150);
  });
});
