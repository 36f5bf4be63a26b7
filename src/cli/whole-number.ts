import { InvalidArgumentError } from 'commander';

/** Takes the exit code of the command that has run. */
export type Ended = (exitCode: number) => void;

/** An argument or option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
