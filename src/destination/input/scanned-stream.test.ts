import { expect, it } from 'vitest';
import { scannedRecord, scanRecord } from '../../protocol/lines/scan-record.ts';
import { scannedStream } from './scanned-stream.ts';

const namespaces = [undefined, 'public', 'publi', 'öffentlich'];
const names = ['users', 'user', 'Nutzer_ä'];

it('finds the stream that the record names, whatever the record before it named', () => {
  const asked: string[] = [];
  const find = scannedStream((name, namespace) => {
    asked.push(name);
    return name === 'user' ? undefined : `${namespace}.${name}`;
  });
  const scanned = scannedRecord();
  const streamOf = (name: string, namespace: string | undefined) => {
    const record = { stream: name, namespace, data: {}, emitted_at: 1 };
    const line = Buffer.from(`${JSON.stringify({ type: 'RECORD', record })}\n`);
    expect(scanRecord(scanned, line, 0)).toBe(line.length);
    return find(scanned);
  };
  for (const namespace of namespaces) {
    for (const name of names) {
      const expected = name === 'user' ? undefined : `${namespace}.${name}`;
      expect([streamOf(name, namespace), streamOf(name, namespace)]).toEqual([expected, expected]);
    }
  }
  for (const namespace of namespaces) expect(streamOf('users', namespace)).toBe(`${namespace}.users`);
  // Known ones are asked for once in a row, those that nobody knows each time.
  expect(asked.filter((name) => name === 'Nutzer_ä')).toHaveLength(namespaces.length);
});
