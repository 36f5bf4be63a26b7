import { styleText } from 'node:util';
import type { SyncWatcher } from '../run-sync.ts';
import type { RunRecorder } from './run-recorder.ts';
import type { StreamRecorder } from './stream-recorder.ts';
import { trafficLine } from './traffic-line.ts';

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
  let run: RunRecorder | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;
  const delivery = (): string[] => {
    const latest = timer === undefined ? undefined : run?.latest;
    return latest === undefined ? [] : [trafficLine(latest.account, latest.rate)];
  };
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    clear();
    const lines = [...(run?.streams.map(bar) ?? []), ...delivery()];
    stream.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  const line = (): void => {
    const begun = run?.streams.filter((stream) => stream.account().read > 0).map(plain) ?? [];
    const parts = [begun.join(', '), ...delivery()].filter((part) => part !== '');
    if (parts.length > 0) stream.write(`${parts.join(' | ')}\n`);
  };
  return {
    start(recorder) {
      run = recorder;
      timer = setInterval(terminal ? draw : line, terminal ? redrawMs : lineMs);
    },
    log(level, message) {
      if (level === 'DEBUG' || level === 'TRACE') return;
      if (terminal) clear();
      stream.write(`${level} ${message}\n`);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      if (terminal) draw();
    },
  };
}

/** Of as many as the source expects, where it has said so; else of as many as it has read. */
function countsOf(stream: StreamRecorder) {
  const { read, delivered, rejected } = stream.account();
  return { settled: delivered + rejected, total: Math.max(stream.expected ?? 0, read), rejected };
}

function bar(stream: StreamRecorder): string {
  const { settled, total } = countsOf(stream);
  const share = total === 0 ? 0 : Math.min(1, settled / total);
  const filled = Math.round(share * barWidth);
  const drawing =
    styleText('cyan', '█'.repeat(filled), colour) + styleText('dim', '░'.repeat(barWidth - filled), colour);
  return `${stream.stream.padEnd(14)} ${drawing} ${plainCounts(stream)}`;
}

function plain(stream: StreamRecorder): string {
  return `${stream.stream} ${plainCounts(stream)}`;
}

function plainCounts(stream: StreamRecorder): string {
  const { settled, total, rejected } = countsOf(stream);
  const lost = rejected === 0 ? '' : `, ${rejected.toLocaleString('en')} rejected`;
  return `${settled.toLocaleString('en')} of ${total.toLocaleString('en')}${lost}`;
}
