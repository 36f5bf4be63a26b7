import { styleText } from 'node:util';
import type { RunAccount, StreamOfRun } from '../../protocol/run-account.ts';

/** The report goes to stderr. */
const colour = { stream: process.stderr };

const headings = ['stream', 'read', 'delivered', 'rejected', 'seconds'];

/** What the source found, in a word or two. */
const words: Readonly<Record<string, string>> = {
  no_rows: 'no rows',
  rows_gone: 'had rows before',
  entity_type: 'unknown entity_type',
  no_source: 'nothing fills it',
  source_gone: 'source is gone',
};

/** The closing table, and where the rejects lie. */
export function report(summary: RunAccount): string {
  const rows = [...summary.streams.map(row), totals(summary)];
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

function row({ stream, read, delivered, rejected, seconds }: StreamOfRun): string[] {
  return cells(stream, read, delivered, rejected, seconds ?? 0);
}

function totals(summary: RunAccount): string[] {
  const sum = (of: (stream: StreamOfRun) => number): number =>
    summary.streams.reduce((so_far, stream) => so_far + of(stream), 0);
  return cells(
    'total',
    sum((stream) => stream.read),
    sum((stream) => stream.delivered),
    sum((stream) => stream.rejected),
    summary.seconds,
  );
}

function cells(name: string, read: number, delivered: number, rejected: number, seconds: number): string[] {
  return [
    name,
    ...[read, delivered, rejected].map((count) => count.toLocaleString('en')),
    seconds.toFixed(1),
  ];
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
