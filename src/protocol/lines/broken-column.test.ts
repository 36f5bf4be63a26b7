import { expect, it } from 'vitest';
import { messageOf } from '../../errors/connector-error.ts';
import { parseMessage } from './parse-message.ts';

const columns = new Set(['userId', 'rate', 'it"s', 'tags']);

function failureOf(data: string): string {
  try {
    parseMessage(
      { text: `{"type":"RECORD","record":{"stream":"persons","data":${data},"emitted_at":1}}`, number: 7 },
      columns,
    );
  } catch (error) {
    return messageOf(error);
  }
  throw new Error(`was read: ${data}`);
}

it.each([
  ['{"userId":"a","rate":.2500}', 'rate'],
  ['{"userId":"a","rate":-.05,"tags":[]}', 'rate'],
  ['{"userId":"a", "rate" : NaN}', 'rate'],
  ['{"rate":nan,"userId":"a"}', 'rate'],
  ['{"userId":"a","tags":[1,2,]}', 'tags'],
  ['{"userId":"a","tags":{"a":{"b":Infinity}},"rate":1}', 'tags'],
  [`{"userId":"a","tags":{'plan': pro}}`, 'tags'],
  ['{"userId":"a","it\\"s":01}', 'it"s'],
  ['{"userId":"a\u0001"}', 'userId'],
  ['{"userId":"a","rate":}', 'rate'],
])('%s names the column', (data, column) => {
  expect(failureOf(data)).toContain(`Line 7 of the input is not valid JSON, in the column "${column}"`);
});

it.each([
  ['{"hunter2secret":.5}'],
  ['{"userId":"a","hunter2secret":nan}'],
  ['{"userId":"a" "rate":.5}'],
  ['{userId:1}'],
  ['{'],
])('%s names no column that is not known', (data) => {
  expect(failureOf(data)).not.toContain('hunter2secret');
});
