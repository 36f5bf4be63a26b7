import { styleText } from 'node:util';
import { progressMark } from '../../destination/progress.ts';
import type { SyncWatcher } from '../run-sync.ts';
import type { StreamTally, Tally } from './tally.ts';

const barWidth = 24;
const redrawMs = 100;
const lineMs = 10_000;
/** Colours go by what stderr is, not stdout. */
const colour = { stream: process.stderr };

/** Shows a sync on stderr: bars that move on a terminal, one plain line every ten seconds anywhere else. */
export function showProgress(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined },
): SyncWatcher {
  const terminal = stream.isTTY === true;
  let tally: Tally | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;
  /** What the destination last said of its requests. */
  let delivery: string | undefined;

  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    clear();
    const lines = [...(tally?.streams.map(bar) ?? []), ...(delivery === undefined ? [] : [delivery])];
    stream.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  const line = (): void => {
    const begun = tally?.streams.filter(({ read }) => read > 0).map(plain) ?? [];
    const parts = [begun.join(', '), delivery ?? ''].filter((part) => part !== '');
    if (parts.length > 0) stream.write(`${parts.join(' | ')}\n`);
  };
  return {
    start(started) {
      tally = started;
      timer = setInterval(terminal ? draw : line, terminal ? redrawMs : lineMs);
    },
    log(level, message) {
      if (level === 'DEBUG' || level === 'TRACE') return;
      if (message.startsWith(progressMark)) {
        delivery = message.slice(progressMark.length);
        return;
      }
      if (terminal) clear();
      stream.write(`${level} ${message}\n`);
    },
    stop() {
      clearInterval(timer);
      delivery = undefined;
      if (terminal) draw();
    },
  };
}

function settledOf(tally: StreamTally): number {
  return tally.delivered + tally.rejected;
}

/** As many as the source expects, where it has said so; else as many as it has read. */
function totalOf(tally: StreamTally): number {
  return Math.max(tally.expected ?? 0, tally.read);
}

function bar(tally: StreamTally): string {
  const total = totalOf(tally);
  const share = total === 0 ? 0 : Math.min(1, settledOf(tally) / total);
  const filled = Math.round(share * barWidth);
  const drawing =
    styleText('cyan', '█'.repeat(filled), colour) + styleText('dim', '░'.repeat(barWidth - filled), colour);
  return `${tally.stream.padEnd(14)} ${drawing} ${plainCounts(tally)}`;
}

function plain(tally: StreamTally): string {
  return `${tally.stream} ${plainCounts(tally)}`;
}

function plainCounts(tally: StreamTally): string {
  const rejected = tally.rejected === 0 ? '' : `, ${tally.rejected.toLocaleString('en')} rejected`;
  return `${settledOf(tally).toLocaleString('en')} of ${totalOf(tally).toLocaleString('en')}${rejected}`;
}
