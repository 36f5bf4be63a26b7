import { styleText } from 'node:util';
import {
  type ChangeCounts,
  changeNames,
  type RunAccount,
  type StreamOfRun,
} from '../../protocol/run-account.ts';

/** The report goes to stderr. */
const colour = { stream: process.stderr };

/** Columns of what the source found to be different: those that a stream knows. */
const changeHeadings = (streams: readonly StreamOfRun[]): ChangeNames =>
  changeNames.filter((name) => streams.some(({ changes }) => typeof changes?.[name] === 'number'));

/** What the source found, in a word or two. */
const words: Readonly<Record<string, string>> = {
  no_rows: 'no rows',
  rows_gone: 'had rows before',
  bad_value: 'values not sent',
  entity_type: 'unknown entity_type',
  no_source: 'nothing fills it',
  source_gone: 'source is gone',
};

/** The closing table, and where the rejects lie. */
export function report(summary: RunAccount): string {
  const changes = changeHeadings(summary.streams);
  const headings = ['stream', ...changes, 'read', 'delivered', 'rejected', 'seconds'];
  const rows = [...summary.streams.map((stream) => row(stream, changes)), totals(summary, changes)];
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const notes = summary.streams.map(({ findings }) => findings.map((code) => words[code] ?? code).join(', '));
  const [total = '', ...streams] = rows
    .map((cells, index) => [align(cells, widths), notes[index] ?? ''].filter(Boolean).join('  '))
    .reverse();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const lines = [styleText('bold', align(headings, widths), colour), ...streams.reverse(), rule, total];
  return [...lines, ...traffic(summary), ...rejects(summary)].map((line) => `${line}\n`).join('');
}

type ChangeNames = readonly (keyof ChangeCounts)[];

function row({ stream, changes, seconds, ...of }: StreamOfRun, names: ChangeNames): string[] {
  const counts = [...names.map((name) => changes?.[name] ?? null), of.read, of.delivered, of.rejected];
  return cells(stream, counts, seconds ?? 0);
}

function totals(summary: RunAccount, names: ChangeNames): string[] {
  const sum = (of: (stream: StreamOfRun) => number): number =>
    summary.streams.reduce((so_far, stream) => so_far + of(stream), 0);
  const counts = [
    ...names.map((name) => sum(({ changes }) => changes?.[name] ?? 0)),
    sum(({ read }) => read),
    sum(({ delivered }) => delivered),
    sum(({ rejected }) => rejected),
  ];
  return cells('total', counts, summary.seconds);
}

/** A count that nobody knows is left blank. */
function cells(name: string, counts: readonly (number | null)[], seconds: number): string[] {
  return [name, ...counts.map((count) => count?.toLocaleString('en') ?? ''), seconds.toFixed(1)];
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
