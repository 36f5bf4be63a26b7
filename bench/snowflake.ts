/**
 * Reading Snowflake through the real driver from the protocol server of integration_tests/, on one machine:
 * `node bench/snowflake.ts [rows] [rounds]`. Each way runs in a process of its own; the server and its making of the
 * result are not timed: a way's time runs from its first record to its last. Real Snowflake was not reached.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startSnowflakeServer } from '../integration_tests/snowflake-server/server.ts';
import { snowflakeConfig } from '../integration_tests/support/warehouses.ts';
import { aimLine } from './aims.ts';
import {
  answer,
  answerOf,
  type Measured,
  measureApart,
  medianOf,
  readingAim,
  tableHead,
  tableRow,
} from './reading.ts';
import { measureTap, tapPython } from './snowflake-tap.ts';
import { ways } from './snowflake-ways.ts';

const columns = `'user-' || i || '@example.org' AS "userId",
  DATEADD('second', i, '2024-01-01'::TIMESTAMP_NTZ) AS "timestamp", 'Ünsal "' || i || '" O\\'Neil' AS "name",
  i AS "number", i * 9007199254740993 AS "big", (i / 7)::NUMBER(18,4) AS "amount", i / 3.0::FLOAT AS "ratio",
  MOD(i, 2) = 0 AS "active", '2024-01-01'::DATE AS "day",
  DATEADD('second', -i, '2024-01-01 00:00:00.123456'::TIMESTAMP_NTZ) AS "seen",
  PARSE_JSON('{"plan":"pro","seats":' || i || ',"tags":["a","b"]}') AS "properties",
  IFF(MOD(i, 3) = 0, NULL, 'city ' || i) AS "city", NULL::VARCHAR AS "nothing",
  REPEAT('lorem ipsum ', 10) AS "note", 'line' || CHR(10) || 'break' AS "two_lines"`;

/** The slow ways are judged by fewer rows. */
const fewRows = 200_000;

async function serve(rows: number): Promise<void> {
  const server = await startSnowflakeServer({ sizes: { inline: 0, chunk: 20_000 } });
  await server.run(
    `CREATE TABLE "people" AS SELECT ${columns}
     FROM (SELECT (ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1)::NUMBER AS i FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`,
    `CREATE VIEW "few_people" AS SELECT * FROM "people" LIMIT ${fewRows}`,
  );
  process.send?.(server.url);
  process.on('disconnect', () => process.exit());
}

const self = fileURLToPath(import.meta.url);

const tap = 'meltanolabs-tap-snowflake';

type Run = (url: string) => Promise<Measured>;

/** Each way in a process of its own. The references stand first. */
function runsOf(rows: number, python: string | undefined): ReadonlyMap<string, Run> {
  const apart = (way: string): Run => {
    const count = way === 'naive' ? Math.min(rows, fewRows) : rows;
    return (url) => measureApart(self, ['read', way, url, String(count)]);
  };
  const own = Object.keys(ways).map((way) => [way, apart(way)] as const);
  const peer: readonly (readonly [string, Run])[] =
    python === undefined ? [] : [[tap, (url) => measureTap(python, url, 'few_people')]];
  return new Map([...own.slice(0, 1), ...peer, ...own.slice(1)]);
}

/** Rounds go over all ways, so that a busy minute does not fall on one of them. */
async function mediansOf(
  runs: ReadonlyMap<string, Run>,
  url: string,
  rounds: number,
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, run] of runs) measured.set(way, [...(measured.get(way) ?? []), await run(url)]);
  }
  return new Map([...measured].map(([way, results]) => [way, medianOf(results)]));
}

function tellAims(found: ReadonlyMap<string, Measured>): void {
  const whole = found.get('ours, whole chunks');
  const single = found.get('ours, row by row');
  for (const aim of [
    readingAim('whole chunks', whole, 'naive', found.get('naive'), 15),
    readingAim('row by row', single, 'naive', found.get('naive'), 6),
    readingAim('whole chunks', whole, 'the tap', found.get(tap), 10),
    readingAim('row by row', single, 'the tap', found.get(tap), 10),
  ]) {
    process.stdout.write(aimLine(aim));
  }
}

async function compare(rows: number, rounds: number): Promise<void> {
  const python = tapPython();
  if (python === undefined) process.stderr.write(`${tap} is left out: see above why.\n`);
  const server = fork(self, ['serve', String(rows)]);
  try {
    const found = await mediansOf(runsOf(rows, python), await answerOf<string>(server), rounds);
    const references = [...found].slice(0, python === undefined ? 1 : 2);
    process.stdout.write(tableHead(references.map(([way]) => way)));
    for (const [way, measured] of found) {
      process.stdout.write(
        tableRow(
          way,
          measured,
          references.map(([, reference]) => reference),
        ),
      );
    }
    tellAims(found);
  } finally {
    server.kill();
  }
}

const [job = '1000000', ...rest] = process.argv.slice(2);
const way = ways[rest[0] ?? ''];
if (job === 'serve') await serve(Number(rest[0]));
else if (job === 'read' && way !== undefined)
  answer(await way(snowflakeConfig(rest[1] ?? ''), Number(rest[2])));
else await compare(Number(job), Number(rest[0] ?? 1));
