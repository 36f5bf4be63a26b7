import { Command, InvalidArgumentError, Option } from 'commander';
import type { ConfigOptions } from '../cli/files.ts';
import type { Role } from '../cli/role.ts';
import { type Ended, wholeNumber } from '../cli/whole-number.ts';
import { packageVersion } from '../package-root.ts';
import { warehouseNames } from '../warehouse/registry.ts';
import type { CompileOptions } from './compile.ts';
import type { InitOptions } from './init.ts';
import { addKept } from './kept/add-kept.ts';
import type { SyncOptions } from './sync.ts';

/** Object type ids, as Customer.io gives them: 1, 2, … */
function objectTypes(text: string): readonly string[] {
  const ids = names(text);
  if (!ids.every((id) => /^[1-9]\d*$/.test(id)))
    throw new InvalidArgumentError('It must be whole numbers from 1, separated by commas: 1,2.');
  return ids;
}

function filled(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

const configJson = ['--config <path>', 'the configuration, a JSON file'] as const;
const configCheck = 'the configuration (JSON), or the sync file (YAML) to check both ends';
const configEither = ['--config <path>', 'the source configuration (JSON), or the sync file (YAML)'] as const;
const projectDir = ['--project-dir <dir>', 'the dbt project whose models, macros and vars are used'] as const;

/** The source alone reads a dbt project. */
function addRoleCommand(parent: Command, role: Role, name: string): Command {
  const command = parent
    .command(name)
    .requiredOption('--config <path>', name === 'check' ? configCheck : configJson[1]);
  return role === 'source' ? command.option(...projectDir) : command;
}

function addSharedCommands(parent: Command, role: Role, ended: Ended): void {
  parent
    .command('spec')
    .description(`print the ${role}'s specification`)
    // Test suites pass it what other commands need.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      ended(await (await import('./spec.ts')).runSpec(role));
    });
  addRoleCommand(parent, role, 'check')
    .description(`check that the ${role}'s configuration works`)
    .action(async (options: ConfigOptions) => {
      ended(await (await import('./check.ts')).runCheck(role, options));
    });
  addRoleCommand(parent, role, 'discover')
    .description(role === 'source' ? 'print the catalog of streams' : 'print the catalog of operations')
    .action(async (options: ConfigOptions) => {
      ended(await (await import('./discover.ts')).runDiscover(role, options));
    });
}

function addSourceCommands(parent: Command, ended: Ended): void {
  addSharedCommands(parent, 'source', ended);
  addRoleCommand(parent, 'source', 'read')
    .description('read records from the warehouse, as Airbyte messages')
    .requiredOption('--catalog <path>', 'the configured catalog, a JSON file')
    .option('--state <path>', 'the state to continue from, a JSON file')
    .action(async (options: ConfigOptions & { catalog: string; state?: string }) => {
      ended(await (await import('./read.ts')).runRead(options));
    });
}

function addDestinationCommands(parent: Command, ended: Ended): void {
  addSharedCommands(parent, 'destination', ended);
  parent
    .command('write')
    .description('deliver the records on standard input to Customer.io')
    .requiredOption('--config <path>', 'the configuration, a JSON file')
    .requiredOption('--catalog <path>', 'the configured catalog, a JSON file')
    .action(async (options: { config: string; catalog: string }) => {
      ended(await (await import('./write.ts')).runWrite(options));
    });
}

function addSync(parent: Command, ended: Ended): void {
  parent
    .command('sync')
    .description('read the warehouse and deliver to Customer.io in one process, without Airbyte')
    .requiredOption('--config <path>', 'the sync file, YAML')
    .option(...projectDir)
    .option('--accept-state', 'continue from a state that belongs to another destination or warehouse')
    .option('--resend <streams>', 'send all rows of these streams again, separated by commas', names)
    .option('--allow-removals', 'remove any number of rows that are gone from the warehouse, this once')
    .action(async (options: SyncOptions) => {
      ended(await (await import('./sync.ts')).runSyncCommand(options));
    });
}

function addCompile(parent: Command, ended: Ended): void {
  parent
    .command('compile')
    .argument(
      '[stream]',
      'persons, objects, relationships, events, or the name of a model (default: all streams)',
    )
    .description('print the SQL that the models compile to')
    .requiredOption(...configEither)
    .option(...projectDir)
    .option('--standalone', 'also print the functions that the SQL may call, to run it in another program')
    .addOption(
      new Option('--dialect <name>', 'print the SQL for this kind of warehouse instead').choices(
        warehouseNames,
      ),
    )
    .action(async (stream: string | undefined, options: CompileOptions) => {
      ended(await (await import('./compile.ts')).runCompile(stream, options));
    });
}

function addRun(parent: Command, ended: Ended): void {
  parent
    .command('run')
    .description('build the nexus tables and your models in the warehouse, without dbt')
    .requiredOption(...configEither)
    .option(...projectDir)
    .option(
      '--select <names>',
      'what to build: models, +model (with its ancestors), tag:x or nexus, separated by commas',
    )
    .option('--replace', 'also replace tables and views that run did not create')
    .action(async (options: ConfigOptions & { select?: string; replace?: boolean }) => {
      ended(await (await import('./run.ts')).runModels(options));
    });
}

function addDoctor(parent: Command, ended: Ended): void {
  parent
    .command('doctor')
    .description(
      'report what is wrong with the data: no rows, missing columns, repeated keys, values over limits',
    )
    .requiredOption(...configEither)
    .option(...projectDir)
    .option('--json', 'print one JSON document on stdout, for programs')
    .action(async (options: ConfigOptions & { json?: boolean }) => {
      ended(await (await import('./doctor.ts')).runDoctor(options));
    });
}

function addSimulate(parent: Command, ended: Ended): void {
  parent
    .command('simulate')
    .description('run a local Customer.io to try things out')
    .option('--port <number>', 'the port to listen on (0: any free port)', wholeNumber, 8040)
    .option('--site-id <id>', 'the site ID it accepts', filled, 'site')
    .option('--api-key <key>', 'the API key it accepts', filled, 'key')
    .option('--write-key <key>', 'the write key that its Pipelines API accepts', filled, 'write')
    .option('--object-types <ids>', 'the object type ids it knows, separated by commas', objectTypes, ['1'])
    .action(async (options) => {
      ended(await (await import('./simulate.ts')).runSimulate(options));
    });
}

function addInit(parent: Command, ended: Ended): void {
  parent
    .command('init')
    .description('write a sync file with comments; asks for what it needs at a terminal')
    .option('--config <path>', 'the file to write', 'sync.yaml')
    .option('--warehouse <name>', `${warehouseNames.join(', ')}, or parquet for a folder of parquet files`)
    .option('--region <region>', 'the region of the Customer.io workspace: us or eu')
    .option('--set <name=value...>', 'settings of the warehouse, such as path=warehouse.duckdb')
    .option('--force', 'overwrite the file')
    .action(async (options: InitOptions) => {
      ended(await (await import('./init.ts')).runInit(options));
    });
}

function addDemo(parent: Command, ended: Ended): void {
  parent
    .command('demo')
    .description('run two syncs between a made-up warehouse and a local Customer.io')
    .option('--keep <dir>', 'keep the warehouse, the state and the sync file in this folder')
    .action(async (options: { keep?: string }) => {
      ended(await (await import('./demo.ts')).runDemo(options));
    });
}

/** The command line. Each command is imported only when it is called, so that `spec` stays quick. */
export function buildProgram(
  ended: Ended,
  onError: (text: string) => void = (text) => process.stderr.write(text),
): Command {
  const program = new Command('nexus-customer-io')
    .description('People, events, objects and relationships from a nexus warehouse into Customer.io.')
    .version(packageVersion())
    .showHelpAfterError('(add --help to see the options)')
    .configureOutput({ writeErr: onError })
    .exitOverride();
  addSourceCommands(program, ended);
  addSourceCommands(
    program.command('source').description('the Airbyte source: spec, check, discover, read'),
    ended,
  );
  addDestinationCommands(
    program.command('destination').description('the Airbyte destination: spec, check, discover, write'),
    ended,
  );
  addInit(program, ended);
  addSync(program, ended);
  addCompile(program, ended);
  addRun(program, ended);
  addDoctor(program, ended);
  addKept(program, ended);
  addSimulate(program, ended);
  addDemo(program, ended);
  return program;
}
