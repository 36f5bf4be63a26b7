/**
 * Reading Snowflake through the real driver from the protocol server of integration_tests/, on one machine:
 * `node bench/snowflake.ts [rows]`. Each way runs in a process of its own; the server and its making of the
 * result are not timed: a way's time runs from its first record to its last. Real Snowflake was not reached.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startSnowflakeServer } from '../integration_tests/snowflake-server/server.ts';
import { snowflakeConfig } from '../integration_tests/warehouses.ts';
import { type Measured, type Way, ways } from './snowflake-ways.ts';

const columns = `'user-' || i || '@example.org' AS "userId",
  DATEADD('second', i, '2024-01-01'::TIMESTAMP_NTZ) AS "timestamp", 'Ünsal "' || i || '" O\\'Neil' AS "name",
  i AS "number", i * 9007199254740993 AS "big", (i / 7)::NUMBER(18,4) AS "amount", i / 3.0::FLOAT AS "ratio",
  MOD(i, 2) = 0 AS "active", '2024-01-01'::DATE AS "day",
  DATEADD('second', -i, '2024-01-01 00:00:00.123456'::TIMESTAMP_NTZ) AS "seen",
  PARSE_JSON('{"plan":"pro","seats":' || i || ',"tags":["a","b"]}') AS "properties",
  IFF(MOD(i, 3) = 0, NULL, 'city ' || i) AS "city", NULL::VARCHAR AS "nothing",
  REPEAT('lorem ipsum ', 10) AS "note", 'line' || CHR(10) || 'break' AS "two_lines"`;

async function serve(rows: number): Promise<void> {
  const server = await startSnowflakeServer({ sizes: { inline: 0, chunk: 20_000 } });
  await server.run(
    `CREATE TABLE "people" AS SELECT ${columns}
     FROM (SELECT (ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1)::NUMBER AS i FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`,
  );
  process.send?.(server.url);
  process.on('disconnect', () => process.exit());
}

const self = fileURLToPath(import.meta.url);

const child = (...parameters: readonly string[]): ChildProcess => fork(self, parameters);
async function answerOf<T>(process: ChildProcess): Promise<T> {
  const [message] = await once(process, 'message');
  return message;
}

async function measure(way: string, url: string, rows: number): Promise<Measured> {
  const process = child('read', way, url, String(rows));
  const measured = await answerOf<Measured>(process);
  await once(process, 'exit');
  return measured;
}

const perCpu = ({ rows, cpu }: Measured): number => rows / cpu;

function row(way: string, measured: Measured, naive: Measured): string {
  const { rows, seconds, bytes, memory } = measured;
  const rate = rows / seconds;
  const numbers = [
    String(rows),
    `${Math.round(rate / 1000)}k`,
    `${Math.round(bytes / seconds / 1e6)} MB/s`,
    `${((rate * naive.seconds) / naive.rows).toFixed(1)}x`,
    `${Math.round(perCpu(measured) / 1000)}k`,
    `${(perCpu(measured) / perCpu(naive)).toFixed(1)}x`,
    `${Math.round(memory)} MB`,
  ];
  return `| ${[way, ...numbers].join(' | ')} |\n`;
}

/** The naive way is slow enough to be judged by fewer rows. */
const rowsFor = (way: string, rows: number): number => (way === 'naive' ? Math.min(rows, 200_000) : rows);

async function compare(rows: number): Promise<void> {
  // The server holds the whole result; the readers keep Node's own limit.
  const server = fork(self, ['serve', String(rows)], { execArgv: ['--max-old-space-size=8000'] });
  const url = await answerOf<string>(server);
  process.stdout.write(
    '| way | rows | rows/s | MB/s | of naive | rows/CPU s | of naive | max RSS |\n|---|---|---|---|---|---|---|---|\n',
  );
  let naive: Measured | undefined;
  for (const way of Object.keys(ways)) {
    const measured = await measure(way, url, rowsFor(way, rows));
    naive ??= measured;
    process.stdout.write(row(way, measured, naive));
  }
  server.kill();
}

async function readAs(way: Way, url: string, rows: number): Promise<void> {
  process.send?.(await way(snowflakeConfig(url), rows));
  process.disconnect();
}

const [job = '1000000', ...rest] = process.argv.slice(2);
const way = ways[rest[0] ?? ''];
if (job === 'serve') await serve(Number(rest[0]));
else if (job === 'read' && way !== undefined) await readAs(way, rest[1] ?? '', Number(rest[2]));
else await compare(Number(job));
