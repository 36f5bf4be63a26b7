import { learnSecrets, runForPerson } from '../cli/command.ts';
import { readEnds } from '../cli/ends.ts';
import type { ConfigOptions } from '../cli/files.ts';
import { untilInterrupted } from '../cli/interruption.ts';
import { Mask } from '../cli/mask.ts';
import { diagnose } from '../doctor/doctor.ts';
import { type Report, reportOf } from '../doctor/finding.ts';
import { printed } from '../doctor/print.ts';

export interface DoctorOptions extends ConfigOptions {
  readonly json?: boolean;
}

/** Examines configuration and data; the exit code is 1 where a finding is an error. */
export function runDoctor({ json = false, ...options }: DoctorOptions): Promise<number> {
  const mask = new Mask();
  const examine = async (signal: AbortSignal): Promise<number> => {
    const ends = await readEnds(options);
    await learnSecrets(mask, ends);
    const report = await diagnose(ends.source, ends.destination, signal);
    process.stdout.write(json ? asJson(report, mask) : mask.text(printed(report, process.stdout)));
    return report.ok && !signal.aborted ? 0 : 1;
  };
  const tellMachine = (message: string): void => {
    if (json) process.stdout.write(asJson(failed(message), mask));
  };
  return untilInterrupted((signal) => runForPerson(mask, () => examine(signal), tellMachine));
}

/** Text by text: what is masked may hold what JSON escapes. */
function asJson(report: Report, mask: Mask): string {
  const masked = (_key: string, value: unknown) => (typeof value === 'string' ? mask.text(value) : value);
  return `${JSON.stringify(report, masked, 2)}\n`;
}

/** What kept the examination from beginning, in the form that a reader of --json expects. */
const failed = (message: string): Report =>
  reportOf([{ code: 'not_examined', severity: 'error', message }], []);
