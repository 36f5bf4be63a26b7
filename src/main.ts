import { type Command, CommanderError } from 'commander';
import { outputFailure, watchStandardOutput } from './cli/standard-output.ts';
import { usageProblem } from './cli/usage.ts';
import { buildProgram } from './commands/program.ts';
import { messageOf } from './errors/connector-error.ts';

const airbyteWords = new Set(['spec', 'check', 'discover', 'read', 'source', 'destination']);

/** What the parser has said of a wrong command line. */
const told: string[] = [];

async function usageError(program: Command, argv: readonly string[], error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return 0;
  const problem = usageProblem(program, argv);
  if (problem !== undefined) process.stderr.write(`${problem}\n(add --help to see the options)\n`);
  else process.stderr.write(told.join(''));
  if (airbyteWords.has(argv[0] ?? '')) {
    // Where no command is given, the help is the answer, and the error is a word of the parser's own.
    const message = problem ?? (error.code === 'commander.help' ? 'No command is given.' : error.message);
    await (await import('./cli/answer.ts')).answerUsageError(message);
  }
  return 2;
}

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(
    (code) => {
      exitCode = code;
    },
    (text) => told.push(text),
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageError(program, argv, error);
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** A fault that nothing caught: one line, since a stack trace helps nobody who runs this. */
process.on('uncaughtException', (error) => {
  process.stderr.write(`Unexpected fault: ${messageOf(error)}\n`);
  process.exit(1);
});
watchStandardOutput();
// A log that nobody can read any more is no reason to stop what is under way.
process.stderr.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));
const unwritten = await outputFailure();
if (unwritten !== undefined) {
  process.stderr.write(`${unwritten}\n`);
  process.exitCode ||= 1;
}
// Everything is written by now. A driver that keeps a socket open must not keep the process.
setTimeout(() => process.exit(), 2_000).unref();
