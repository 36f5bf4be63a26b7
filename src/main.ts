import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ConfigOptions } from './cli/files.ts';
import type { Role } from './cli/role.ts';
import { outputFailure, watchStandardOutput } from './cli/standard-output.ts';
import type { CompileOptions } from './commands/compile.ts';
import type { SyncOptions } from './commands/sync.ts';
import { messageOf } from './errors/connector-error.ts';
import { packageRoot } from './package-root.ts';

/** Commands answer with an exit code; each is imported only when it is called, so that `spec` stays quick. */
let exitCode = 0;

function version(): string {
  const text = readFileSync(new URL('package.json', packageRoot), 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

const configJson = ['--config <path>', 'the configuration, a JSON file'] as const;
const configEither = ['--config <path>', 'the source configuration (JSON), or the sync file (YAML)'] as const;
const projectDir = ['--project-dir <dir>', 'the dbt project whose models, macros and vars are used'] as const;

/** The source alone reads a dbt project. */
function addRoleCommand(parent: Command, role: Role, name: string): Command {
  const command = parent.command(name).requiredOption(...configJson);
  return role === 'source' ? command.option(...projectDir) : command;
}

function addSharedCommands(parent: Command, role: Role): void {
  parent
    .command('spec')
    .description(`print the ${role}'s specification`)
    // Test suites pass it what other commands need.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      exitCode = await (await import('./commands/spec.ts')).runSpec(role);
    });
  addRoleCommand(parent, role, 'check')
    .description(`check that the ${role}'s configuration works`)
    .action(async (options: ConfigOptions) => {
      exitCode = await (await import('./commands/check.ts')).runCheck(role, options);
    });
  addRoleCommand(parent, role, 'discover')
    .description(role === 'source' ? 'print the catalog of streams' : 'print the operations it takes')
    .action(async (options: ConfigOptions) => {
      exitCode = await (await import('./commands/discover.ts')).runDiscover(role, options);
    });
}

function addSourceCommands(parent: Command): void {
  addSharedCommands(parent, 'source');
  addRoleCommand(parent, 'source', 'read')
    .description('read records from the warehouse, as Airbyte messages')
    .requiredOption('--catalog <path>', 'the configured catalog, a JSON file')
    .option('--state <path>', 'the state to go on from, a JSON file')
    .action(async (options: ConfigOptions & { catalog: string; state?: string }) => {
      exitCode = await (await import('./commands/read.ts')).runRead(options);
    });
}

function addDestinationCommands(parent: Command): void {
  addSharedCommands(parent, 'destination');
  parent
    .command('write')
    .description('deliver the records on standard input to Customer.io')
    .requiredOption('--config <path>', 'the configuration, a JSON file')
    .requiredOption('--catalog <path>', 'the configured catalog, a JSON file')
    .action(async (options: { config: string; catalog: string }) => {
      exitCode = await (await import('./commands/write.ts')).runWrite(options);
    });
}

function addStandaloneCommands(parent: Command): void {
  parent
    .command('sync')
    .description('warehouse to Customer.io in one process, without Airbyte')
    .requiredOption('--config <path>', 'the sync file, YAML')
    .option(...projectDir)
    .option('--accept-state', 'go on from a state that belongs to another destination or warehouse')
    .action(async (options: SyncOptions) => {
      exitCode = await (await import('./commands/sync.ts')).runSyncCommand(options);
    });
  parent
    .command('compile')
    .argument('[stream]', 'persons, objects, relationships or events, or the name of one model')
    .description('print the SQL that the models become')
    .requiredOption(...configEither)
    .option(...projectDir)
    .addOption(
      new Option('--dialect <name>', 'as another kind of warehouse would get it').choices([
        'snowflake',
        'duckdb',
      ]),
    )
    .action(async (stream: string | undefined, options: CompileOptions) => {
      exitCode = await (await import('./commands/compile.ts')).runCompile(stream, options);
    });
  parent
    .command('run')
    .description('build the nexus tables and your models in the warehouse, without dbt')
    .requiredOption(...configEither)
    .option(...projectDir)
    .option('--select <names>', 'models, +model with what it needs, tag:x, nexus; with commas between')
    .option('--replace', 'replace tables and views that run did not make, too')
    .action(async (options: ConfigOptions & { select?: string; replace?: boolean }) => {
      exitCode = await (await import('./commands/run.ts')).runModels(options);
    });
  parent
    .command('doctor')
    .description(
      'say from the data what is wrong: no rows, missing columns, repeated keys, values over limits',
    )
    .requiredOption(...configEither)
    .option(...projectDir)
    .option('--json', 'one JSON document on stdout, for machines')
    .action(async (options: ConfigOptions & { json?: boolean }) => {
      exitCode = await (await import('./commands/doctor.ts')).runDoctor(options);
    });
  parent
    .command('replay')
    .argument('<rejects>', 'a rejects file, or a folder of them')
    .description('send the records of rejects files again')
    .requiredOption('--config <path>', 'the destination configuration (JSON), or the sync file (YAML)')
    .action(async (rejects: string, options: { config: string }) => {
      exitCode = await (await import('./commands/replay.ts')).runReplay({ ...options, rejects });
    });
  parent
    .command('simulate')
    .description('run a local Customer.io to try things on')
    .option('--port <number>', 'the port to listen on (0: any free one)', wholeNumber, 8040)
    .option('--site-id <id>', 'the site ID it accepts', 'site')
    .option('--api-key <key>', 'the API key it accepts', 'key')
    .option('--write-key <key>', 'the write key that its Pipelines API accepts', 'write')
    .option('--object-types <ids>', 'the object type ids it knows, with commas between', '1')
    .action(async (options) => {
      exitCode = await (await import('./commands/simulate.ts')).runSimulate(options);
    });
  parent
    .command('demo')
    .description('a made-up warehouse, a local Customer.io and two syncs between them')
    .option('--keep <dir>', 'leave the warehouse, state and sync file in this folder')
    .action(async (options: { keep?: string }) => {
      exitCode = await (await import('./commands/demo.ts')).runDemo(options);
    });
}

function buildProgram(): Command {
  const program = new Command('nexus-customer-io')
    .description('People, events, objects and relationships from a nexus warehouse into Customer.io.')
    .version(version())
    .showHelpAfterError('(add --help for what can be given)')
    .exitOverride();
  addSourceCommands(program);
  addSourceCommands(program.command('source').description('the Airbyte source: spec, check, discover, read'));
  addDestinationCommands(
    program.command('destination').description('the Airbyte destination: spec, check, discover, write'),
  );
  addStandaloneCommands(program);
  return program;
}

const airbyteWords = new Set(['spec', 'check', 'discover', 'read', 'source', 'destination']);

async function usageError(argv: readonly string[], error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (airbyteWords.has(argv[0] ?? '')) {
    // Where no command is given, the help is the answer, and the error is a word of the parser's own.
    const message = error.code === 'commander.help' ? 'No command is given.' : error.message;
    await (await import('./cli/answer.ts')).answerUsageError(message);
  }
  return 2;
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageError(argv, error);
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
