import { mostSamples, type Sample } from '../../protocol/run-account.ts';

/** With another sample at its end. A full series first gives up every second one: the past grows coarser, the run fits. */
export function withSample(series: readonly Sample[], sample: Sample): readonly Sample[] {
  const kept = series.length < mostSamples ? series : series.filter((_, index) => index % 2 === 1);
  return [...kept, sample];
}

/** Records a second between the last two samples; a first moment counts as a whole millisecond. */
export function latestRate(series: readonly Sample[]): number {
  const start: Sample = { seconds: 0, delivered: 0, rejected: 0 };
  const [before = start, last = start] = [series.at(-2), series.at(-1)];
  const settled = last.delivered + last.rejected - before.delivered - before.rejected;
  return Math.round(settled / Math.max(last.seconds - before.seconds, 0.001));
}
