/**
 * Reading Snowflake through the real driver from the protocol server of integration_tests/, on one machine:
 * `node bench/snowflake.ts [rows]`. Each way runs in a process of its own; the server and its making of the
 * result are not timed: a way's time runs from its first record to its last. Real Snowflake was not reached.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startSnowflakeServer } from '../integration_tests/snowflake-server/server.ts';
import { snowflakeConfig } from '../integration_tests/warehouses.ts';
import { answer, answerOf, type Measured, measureApart, tableHead, tableRow } from './reading.ts';
import { ways } from './snowflake-ways.ts';

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

/** The naive way is slow enough to be judged by fewer rows. */
const rowsFor = (way: string, rows: number): number => (way === 'naive' ? Math.min(rows, 200_000) : rows);

async function compare(rows: number): Promise<void> {
  // The server holds the whole result; the readers keep Node's own limit.
  const server = fork(self, ['serve', String(rows)], { execArgv: ['--max-old-space-size=8000'] });
  try {
    const url = await answerOf<string>(server);
    process.stdout.write(tableHead(['naive']));
    let naive: Measured | undefined;
    for (const way of Object.keys(ways)) {
      const measured = await measureApart(self, ['read', way, url, String(rowsFor(way, rows))]);
      naive ??= measured;
      process.stdout.write(tableRow(way, measured, [naive]));
    }
  } finally {
    server.kill();
  }
}

const [job = '1000000', ...rest] = process.argv.slice(2);
const way = ways[rest[0] ?? ''];
if (job === 'serve') await serve(Number(rest[0]));
else if (job === 'read' && way !== undefined)
  answer(await way(snowflakeConfig(rest[1] ?? ''), Number(rest[2])));
else await compare(Number(job));
