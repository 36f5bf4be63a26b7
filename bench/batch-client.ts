import { createInterface } from 'node:readline';
import { TrackClient } from 'customerio-node';

/** The peer: customerio-node's batch() of 800 operations with some requests in flight, as its users write it. */
const [port, inFlight = '10'] = process.argv.slice(2);
const client = new TrackClient('site', 'key', { url: `http://127.0.0.1:${port}/api/v1` });
const underWay = new Set<Promise<unknown>>();
let batch: Parameters<typeof client.batch>[0] = [];

async function send(): Promise<void> {
  const sent = client.batch(batch).finally(() => underWay.delete(sent));
  batch = [];
  underWay.add(sent);
  if (underWay.size >= Number(inFlight)) await Promise.race(underWay);
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.type !== 'RECORD') continue;
  const { userId, timestamp, ...attributes } = message.record.data;
  batch.push({
    type: 'person',
    identifiers: { id: userId },
    action: 'identify',
    timestamp: Math.floor(Date.parse(`${timestamp}Z`) / 1000),
    attributes,
  });
  if (batch.length === 800) await send();
}
if (batch.length > 0) await send();
await Promise.all(underWay);
