import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Aim } from './aims.ts';

/** What one way of reading took. */
export interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Peak memory of the whole process, in MB. */
  readonly memory: number;
  /** Seconds of processor time, which a busy machine stretches less than the clock. */
  readonly cpu: number;
}

/** Counts what comes, from its making or, where told, from the first that comes. */
export class Meter {
  #start = performance.now();
  #cpu = process.cpuUsage();
  #rows = 0;
  #bytes = 0;

  begin(): void {
    this.#start = performance.now();
    this.#cpu = process.cpuUsage();
  }

  add(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#bytes += bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get result(): Measured {
    const memory = process.resourceUsage().maxRSS / 1024;
    const seconds = (performance.now() - this.#start) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    return { rows: this.#rows, bytes: this.#bytes, memory, seconds, cpu: (user + system) / 1e6 };
  }
}

/** The first message of a process; an error where it ends without one. */
export async function answerOf<T>(process: ChildProcess): Promise<T> {
  const ended = once(process, 'exit').then(([code]) => {
    throw new Error(`A process of the bench ended with code ${code} before it answered.`);
  });
  const [message] = await Promise.race([once(process, 'message'), ended]);
  return message;
}

/** Runs `file` with parameters in a process of its own, which sends what it measured. */
export async function measureApart(file: string, parameters: readonly string[]): Promise<Measured> {
  const process = fork(file, parameters);
  const measured = await answerOf<Measured>(process);
  if (process.exitCode === null) await once(process, 'exit');
  return measured;
}

/** Sends what was measured to the process that began this one, and ends. */
export function answer(measured: Measured): void {
  process.send?.(measured);
  process.disconnect();
}

const rate = ({ rows, seconds }: Measured): number => rows / seconds;
const rateOfCpu = ({ rows, cpu }: Measured): number => rows / cpu;
const thousands = (value: number): string => `${Math.round(value / 1000)}k`;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of each figure over the rounds; of memory, the most. */
export function medianOf(rounds: readonly Measured[]): Measured {
  const of = (figure: (measured: Measured) => number): number => median(rounds.map(figure));
  return {
    rows: of((round) => round.rows),
    bytes: of((round) => round.bytes),
    seconds: of((round) => round.seconds),
    cpu: of((round) => round.cpu),
    memory: Math.max(...rounds.map((round) => round.memory)),
  };
}

/** The header of a table whose rows are {@link tableRow}s with as many references. */
export function tableHead(references: readonly string[]): string {
  const ratios = references.flatMap((reference) => [`× ${reference}`, 'by CPU']);
  const columns = ['way', 'rows', 'rows/s', 'MB/s', 'rows/CPU s', ...ratios, 'max RSS'];
  return `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}\n`;
}

export function tableRow(way: string, measured: Measured, references: readonly Measured[]): string {
  const ratios = references.flatMap((reference) => [
    (rate(measured) / rate(reference)).toFixed(2),
    (rateOfCpu(measured) / rateOfCpu(reference)).toFixed(2),
  ]);
  const figures = [
    String(measured.rows),
    thousands(rate(measured)),
    `${Math.round(measured.bytes / measured.seconds / 1e6)}`,
    thousands(rateOfCpu(measured)),
    ...ratios,
    `${Math.round(measured.memory)} MB`,
  ];
  return `| ${[way, ...figures].join(' | ')} |\n`;
}

/** That a way reads at least so many times the reference's rows a second. */
export function readingAim(
  way: string,
  measured: Measured | undefined,
  reference: string,
  other: Measured | undefined,
  atLeast: number,
): Aim {
  const ratio = measured === undefined || other === undefined ? Number.NaN : rate(measured) / rate(other);
  return { what: `${way}: rows/s of ${reference}`, ratio, atLeast };
}
