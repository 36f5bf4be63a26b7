import { styleText } from 'node:util';
import type { SyncWatcher } from './run-sync.ts';
import type { StreamTally, Tally } from './tally.ts';

const barWidth = 24;
const redrawMs = 100;
const lineMs = 5_000;
/** Colours go by what stderr is, not stdout. */
const colour = { stream: process.stderr };

/** Shows a sync on stderr: bars that move on a terminal, a plain line every few seconds anywhere else. */
export function showProgress(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean | undefined },
): SyncWatcher {
  const terminal = stream.isTTY === true;
  let tally: Tally | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;

  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    clear();
    const lines = tally?.streams.map(bar) ?? [];
    stream.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  const line = (): void => {
    if (tally !== undefined) stream.write(`${tally.streams.map(plain).join(', ')}\n`);
  };
  return {
    start(started) {
      tally = started;
      timer = setInterval(terminal ? draw : line, terminal ? redrawMs : lineMs);
    },
    log(level, message) {
      // A log line that is JSON is meant for machines; the closing table says the same to people.
      if (level === 'DEBUG' || level === 'TRACE' || message.startsWith('{')) return;
      if (terminal) clear();
      stream.write(`${level} ${message}\n`);
    },
    stop() {
      clearInterval(timer);
      if (terminal) draw();
    },
  };
}

function settledOf(tally: StreamTally): number {
  return tally.delivered + tally.rejected;
}

function bar(tally: StreamTally): string {
  const total = Math.max(tally.expected ?? 0, tally.read);
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
  return `${settledOf(tally).toLocaleString('en')} of ${tally.read.toLocaleString('en')} read${rejected}`;
}
