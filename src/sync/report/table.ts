import { styleText } from 'node:util';
import type { SyncSummary } from '../run-sync.ts';
import type { StreamTally } from './tally.ts';

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

/** What the closing table shows. */
export type Reported = Pick<SyncSummary, 'streams' | 'errors' | 'seconds'>;

/** The closing table, and where the rejects lie. */
export function report(summary: Reported, rejectsPath: string | undefined): string {
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
  return [...lines, ...rejects(summary, rejectsPath)].map((line) => `${line}\n`).join('');
}

function row(tally: StreamTally): string[] {
  const seconds =
    tally.startedAt === undefined ? 0 : ((tally.settledAt ?? Date.now()) - tally.startedAt) / 1000;
  return cells(tally.stream, tally.read, tally.delivered, tally.rejected, Math.max(0, seconds));
}

function totals(summary: Reported): string[] {
  const sum = (of: (tally: StreamTally) => number): number =>
    summary.streams.reduce((so_far, tally) => so_far + of(tally), 0);
  return cells(
    'total',
    sum((tally) => tally.read),
    sum((tally) => tally.delivered),
    sum((tally) => tally.rejected),
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

function rejects(summary: Reported, path: string | undefined): string[] {
  const count = summary.streams.reduce((so_far, tally) => so_far + tally.rejected, 0);
  if (count === 0) return [];
  const place = path === undefined ? 'the log above says why' : `each with its reason in ${path}`;
  return [
    styleText('yellow', `${count.toLocaleString('en')} rejected, not in Customer.io: ${place}`, colour),
  ];
}
