import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RegionEU, RegionUS } from 'customerio-node';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DestinationConfig, hostOf, parseDestinationConfig } from '../../config.ts';
import { BatchPool, bodyOf, Packer } from '../../delivery/batch.ts';
import { mapStreams } from '../../mapping/stream-mapping.ts';
import { Ledger } from '../../settlement/ledger.ts';
import { toCall } from './call.ts';
import { pipelinesTransport } from './transport.ts';

let server: Server;
let config: DestinationConfig;
let answerWith: (response: ServerResponse) => void;
let received: { readonly request: IncomingMessage; readonly body: string }[];

beforeEach(async () => {
  received = [];
  answerWith = (response) => response.end('{}');
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ request, body: Buffer.concat(chunks).toString('utf8') });
    answerWith(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  config = parseDestinationConfig({
    api: 'pipelines',
    write_key: 'w',
    endpoint: `http://127.0.0.1:${port}`,
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The body of a request with the calls of rows. */
function bodyWith(rows: readonly Record<string, unknown>[]): Buffer {
  const catalog = {
    streams: [
      {
        stream: { name: 'persons', json_schema: {} },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      },
    ],
  };
  const plan = mapStreams(catalog, config).get('persons');
  if (plan === undefined) throw new Error('no plan');
  const acknowledgement = new Ledger(['persons'], () => undefined).open('persons');
  const packing = new Packer(new BatchPool());
  for (const row of rows) {
    const operation = toCall(plan, config)(row);
    if ('body' in operation)
      packing.add(operation, { bytes: Buffer.alloc(0), start: 0, end: 0 }, acknowledgement);
  }
  const batch = packing.seal();
  return batch === undefined ? Buffer.from('{"batch":[]}') : bodyOf(batch);
}

describe('what goes over the wire', () => {
  it('is a strict batch with the write key and no password', async () => {
    await pipelinesTransport(config).send(bodyWith([{ userId: '42' }]));
    const { url, method, headers } = received[0]?.request ?? {};
    expect([method, url]).toEqual(['POST', '/v1/batch']);
    expect(headers).toMatchObject({
      'x-strict-mode': '1',
      authorization: `Basic ${Buffer.from('w:').toString('base64')}`,
    });
  });

  it('is byte by byte what was packed, so that the packer’s sizes are true', async () => {
    const transport = pipelinesTransport(config);
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', 'toJSON', 'type', 'context'),
    );
    const row = fc.dictionary(names, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const body = bodyWith(rows.map((each, n) => ({ ...each, userId: `u${n}`, timestamp: n })));
        if (body.toString() === '{"batch":[]}') return;
        received = [];
        await transport.send(body);
        expect(received[0]?.body).toBe(body.toString());
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['us', RegionUS],
    ['eu', RegionEU],
  ])('goes to the host of region %s, as customerio-node does', (region, { pipelinesUrl, trackUrl }) => {
    const pipelines = parseDestinationConfig({ api: 'pipelines', write_key: 'w', region });
    expect(`${hostOf(pipelines)}/v1`).toBe(pipelinesUrl);
    expect(`${hostOf({ ...pipelines, api: 'track' })}/api/v1`).toBe(trackUrl);
  });
});

describe('what comes back', () => {
  const send = (timeoutMs?: number) =>
    pipelinesTransport(config, timeoutMs).send(bodyWith([{ userId: '42' }]));

  it.each<[string, number, string, Record<string, string>, unknown]>([
    ['success', 200, '{"success":true}', {}, { status: 200, body: '{"success":true}' }],
    ['an empty success', 200, '', {}, { status: 200, body: '' }],
    ['a refusal', 400, '{"meta":{"errors":["no"]}}', {}, { status: 400, body: '{"meta":{"errors":["no"]}}' }],
    ['a wrong key', 401, '{}', {}, { status: 401 }],
    ['too much', 429, '', { 'retry-after': '7' }, { status: 429, body: '', retryAfterMs: 7000 }],
    ['an empty error', 503, '', {}, { status: 503, body: '' }],
    ['a page of a proxy', 502, '<html>', {}, { status: 502, body: '<html>' }],
    ['a page with 200', 200, '<html>', {}, { status: 200, body: '<html>' }],
  ])('%s', async (_name, status, body, headers, answer) => {
    answerWith = (response) => response.writeHead(status, headers).end(body);
    expect(await send()).toMatchObject(Object(answer));
    expect(received).toHaveLength(1);
  });

  it('nothing, for too long', async () => {
    answerWith = () => undefined;
    expect(await send(100)).toEqual({ failure: expect.stringMatching(/^no (complete )?answer in time$/) });
  });

  it('a broken connection', async () => {
    answerWith = (response) => response.socket?.resetAndDestroy();
    expect(await send()).toEqual({ failure: expect.stringMatching(/ECONNRESET|socket/) });
  });
});
