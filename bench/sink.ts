import { createServer } from 'node:http';

/**
 * A server that takes every batch and does nothing with it: it answers after a delay, and refuses a body of
 * 500,000 bytes or more. Run as a process of its own; prints its port, and its counts when it is asked, beside the
 * region that a sync's check asks for.
 */
const delayMs = Number(process.argv[2] ?? 0);
let requests = 0;
let bytes = 0;
let refused = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ requests, bytes, refused, region: 'us' }));
    return;
  }
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
  });
  request.on('end', () => {
    requests += 1;
    bytes += size;
    const tooLarge = size >= 500_000;
    if (tooLarge) refused += 1;
    setTimeout(() => {
      response.statusCode = tooLarge ? 413 : 200;
      response.end('{}');
    }, delayMs);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
