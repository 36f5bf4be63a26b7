import type { Command } from 'commander';
import { type Ended, wholeNumber } from '../../cli/whole-number.ts';
import type { RejectsOptions } from './rejects.ts';
import type { StateOptions } from './state.ts';

/** What a sync leaves on the disk, in a person's hands: its state and its rejects. */
export function addKept(parent: Command, ended: Ended): void {
  addReplay(parent, ended);
  addRejects(parent, ended);
  addState(parent, ended);
}

const configSync = ['--config <path>', 'the sync file (YAML)'] as const;
const withoutAsking = ['--yes', 'do it without asking'] as const;

function addReplay(parent: Command, ended: Ended): void {
  parent
    .command('replay')
    .argument('<rejects>', 'a rejects file, or a folder of rejects files')
    .description('send rejected records again')
    .requiredOption('--config <path>', 'the destination configuration (JSON), or the sync file (YAML)')
    .action(async (rejects: string, options: { config: string }) => {
      ended(await (await import('./replay.ts')).runReplay({ ...options, rejects }));
    });
}

function addRejects(parent: Command, ended: Ended): void {
  const rejects = parent.command('rejects').description('the rejected records of a sync: list, show');
  rejects
    .command('list')
    .description('list the rejected records that were not replayed yet')
    .requiredOption(...configSync)
    .option('--stream <name>', 'only of this stream')
    .option('--reason <reason>', 'only those rejected for this reason')
    .option('--csv', 'print CSV, for a spreadsheet')
    .action(async (options: RejectsOptions) => {
      ended(await (await import('./rejects.ts')).listRejects(options));
    });
  rejects
    .command('show')
    .argument('<number>', 'its number in the list', wholeNumber)
    .description('show one rejected record whole')
    .requiredOption(...configSync)
    .action(async (number: number, options: RejectsOptions) => {
      ended(await (await import('./rejects.ts')).showReject(number, options));
    });
}

function addState(parent: Command, ended: Ended): void {
  const state = parent.command('state').description('the state of a sync: show, reset, export, import');
  state
    .command('show')
    .description('show how far each stream has been sent')
    .requiredOption(...configSync)
    .option('--json', 'print JSON, for programs')
    .action(async (options: StateOptions) => {
      ended(await (await import('./state.ts')).showState(options));
    });
  state
    .command('reset')
    .argument('<streams...>', 'the streams to send from the beginning')
    .description('forget how far streams have been sent')
    .requiredOption(...configSync)
    .option(...withoutAsking)
    .action(async (streams: string[], options: StateOptions) => {
      ended(await (await import('./state.ts')).resetState(streams, options));
    });
  state
    .command('export')
    .description('print the state as it is stored, for state import')
    .requiredOption(...configSync)
    .action(async (options: StateOptions) => {
      ended(await (await import('./state.ts')).exportState(options));
    });
  state
    .command('import')
    .argument('<file>', 'what state export printed')
    .description('replace the state with an exported one')
    .requiredOption(...configSync)
    .option(...withoutAsking)
    .action(async (file: string, options: StateOptions) => {
      ended(await (await import('./state.ts')).importState(file, options));
    });
}
