import { styleText } from 'node:util';
import { changeNames, type RunAccount, type StreamOfRun } from '../../protocol/run-account.ts';

/** The report goes to stderr. */
const colour = { stream: process.stderr };

/** What the source found, in a word or two. */
const words: Readonly<Record<string, string>> = {
  no_rows: 'no rows',
  rows_gone: 'had rows before',
  bad_value: 'values not sent',
  entity_type: 'unknown entity_type',
  no_source: 'nothing fills it',
  source_gone: 'source is gone',
};

/** The closing table, what had changed, and where the rejects lie. */
export function report(summary: RunAccount): string {
  const headings = ['stream', 'read', 'delivered', 'rejected', 'seconds'];
  const rows = [...summary.streams.map(row), totals(summary)];
  const widths = widthsOf([headings, ...rows]);
  const notes = summary.streams.map(({ findings }) => findings.map((code) => words[code] ?? code).join(', '));
  const [total = '', ...streams] = rows
    .map((cells, index) => [align(cells, widths), notes[index] ?? ''].filter(Boolean).join('  '))
    .reverse();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const lines = [styleText('bold', align(headings, widths), colour), ...streams.reverse(), rule, total];
  return [...lines, ...changed(summary), ...traffic(summary), ...rejects(summary)]
    .map((line) => `${line}\n`)
    .join('');
}

const widthsOf = (rows: readonly (readonly string[])[]): number[] =>
  (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));

function row({ stream, seconds, ...of }: StreamOfRun): string[] {
  return [...cells(stream, [of.read, of.delivered, of.rejected]), (seconds ?? 0).toFixed(1)];
}

function totals({ streams, seconds }: RunAccount): string[] {
  const sum = (of: (stream: StreamOfRun) => number): number =>
    streams.reduce((so_far, stream) => so_far + of(stream), 0);
  const counts = [
    sum(({ read }) => read),
    sum(({ delivered }) => delivered),
    sum(({ rejected }) => rejected),
  ];
  return [...cells('total', counts), seconds.toFixed(1)];
}

/** A table of what the source found to be different, where a stream knows. */
function changed({ streams }: RunAccount): string[] {
  const names = changeNames.filter((name) =>
    streams.some(({ changes }) => typeof changes?.[name] === 'number'),
  );
  if (names.length === 0) return [];
  const headings = ['changes', ...names];
  const rows = streams.map(({ stream, changes }) =>
    cells(
      stream,
      names.map((name) => changes?.[name] ?? null),
    ),
  );
  const widths = widthsOf([headings, ...rows]);
  return [
    '',
    styleText('bold', align(headings, widths), colour),
    ...rows.map((each) => align(each, widths)),
    '',
  ];
}

/** A count that nobody knows is left blank. */
function cells(name: string, counts: readonly (number | null)[]): string[] {
  return [name, ...counts.map((count) => count?.toLocaleString('en') ?? '')];
}

/** Names to the left, numbers to the right. */
function align(texts: readonly string[], widths: readonly number[]): string {
  return texts
    .map((text, column) =>
      column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    )
    .join('  ');
}

/** What went over the wire, where anything did. */
function traffic({ requests, bytes, retries }: RunAccount): string[] {
  if (requests === 0) return [];
  const again = Object.values(retries).reduce((so_far, count) => so_far + count, 0);
  const why = Object.entries(retries).map(([reason, count]) => `${reason} ${count}`);
  const told = again === 0 ? '' : `, ${again} ${again === 1 ? 'retry' : 'retries'} (${why.join(', ')})`;
  const sent = `${requests.toLocaleString('en')} ${requests === 1 ? 'request' : 'requests'}`;
  return [`${sent}, ${(bytes / 1e6).toFixed(1)} MB${told}`];
}

function rejects({ streams, rejects: path }: RunAccount): string[] {
  const count = streams.reduce((so_far, stream) => so_far + stream.rejected, 0);
  if (count === 0) return [];
  const place =
    path === null || path === 'log' ? 'the log above says why' : `each with its reason in ${path}`;
  return [
    styleText('yellow', `${count.toLocaleString('en')} rejected, not in Customer.io: ${place}`, colour),
  ];
}
