/**
 * The floor: what one thread needs to read lines, parse them, map them to operations, stringify those and
 * write them into memory. It checks nothing, orders nothing and sends nothing.
 */
let rest = '';
const buffer = Buffer.allocUnsafe(500_000);
let used = 0;
let rows = 0;

function take(line: string): void {
  const message = JSON.parse(line);
  if (message.type !== 'RECORD') return;
  const { userId, timestamp, ...attributes } = message.record.data;
  const body = JSON.stringify({
    type: 'person',
    identifiers: { id: userId },
    action: 'identify',
    timestamp: Math.floor(Date.parse(`${timestamp}Z`) / 1000),
    attributes,
  });
  if (used + body.length * 3 > buffer.length) used = 0;
  used += buffer.write(body, used);
  rows += 1;
}

process.stdin.setEncoding('utf8');
for await (const chunk of process.stdin) {
  const lines = `${rest}${chunk}`.split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) take(line);
}
process.stdout.write(`${rows}\n`);
