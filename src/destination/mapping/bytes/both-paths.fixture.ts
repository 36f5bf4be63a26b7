import { expect } from 'vitest';
import { parseMessage } from '../../../protocol/lines/parse-message.ts';
import { parseDestinationConfig } from '../../config.ts';
import { LineReader } from '../../input/line-reader.ts';
import { toOperation } from '../operation.ts';
import { mapStreams, type StreamMapping } from '../stream-mapping.ts';
import { toOperationBytes } from './operation-bytes.ts';
import { Workbench } from './values/workbench.ts';

/** A record by the fast path and by the slow one, for tests that hold the two to each other. */

export type Row = Record<string, unknown>;

const timestamp = { type: 'string', format: 'date-time' };

export const settings = (rest: Row = {}) => parseDestinationConfig({ site_id: 's', api_key: 'k', ...rest });

export function planOf(stream: string, config: ReturnType<typeof settings>): StreamMapping {
  const properties = {
    timestamp,
    last_seen: timestamp,
    email: { type: 'string' },
    score: { type: 'number' },
    relationshipAttributes: { type: 'object', properties: { since: timestamp } },
  };
  const plan = mapStreams(
    {
      streams: [
        {
          stream: { name: stream, json_schema: { properties } },
          sync_mode: 'incremental',
          destination_sync_mode: 'append',
        },
      ],
    },
    config,
  ).get(stream);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

/** Columns as JSON text, as they stand in a line. */
export type Columns = readonly (readonly [name: string, json: string])[];

export const columnsOf = (row: Row): Columns =>
  Object.entries(row).map(([name, value]) => [name, JSON.stringify(value)]);

const lineOf = (stream: string, columns: Columns): string =>
  `{"type":"RECORD","record":{"stream":"${stream}","data":{${columns.map(([name, json]) => `${JSON.stringify(name)}:${json}`)}},"emitted_at":1}}`;

/** The two paths of an API. */
interface Paths {
  readonly toOperation: typeof toOperation;
  readonly toOperationBytes: typeof toOperationBytes;
}

/** Both paths of one stream, as a run has them: they live on from record to record. */
export function bothPaths(stream: string, rest: Row = {}, paths: Paths = { toOperation, toOperationBytes }) {
  const config = settings(rest);
  const plan = planOf(stream, config);
  const bench = new Workbench();
  const reader = new LineReader(bench);
  const toBytes = paths.toOperationBytes(plan, config, bench);
  const toOperationOf = paths.toOperation(plan, config);
  return (columns: Columns) => {
    const line = lineOf(stream, columns);
    reader.open(Buffer.from(`${line}\n`));
    if (!reader.next()) throw new Error('no line');
    const fast = reader.scanned && toBytes?.(reader.scanned);
    const body = fast && Buffer.from(fast.bytes.subarray(0, fast.length)).toString();
    const message = parseMessage({ text: line, number: 1 });
    if (message.type !== 'RECORD') throw new Error('no record');
    return { body, key: fast?.key, slow: toOperationOf(message.record.data) };
  };
}

/** -0 is printed as 0, where it is printed again. */
const parsed = (json: string) => JSON.parse(JSON.stringify(JSON.parse(json)));

export const same = (body: string, slow: string): void => {
  const [a, b] = [parsed(body), parsed(slow)];
  // Both were dated now, one after the other.
  if (Math.abs(a.timestamp - b.timestamp) === 1) a.timestamp = b.timestamp;
  expect(a).toEqual(b);
};
