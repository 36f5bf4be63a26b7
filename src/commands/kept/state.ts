import { runForPerson } from '../../cli/command.ts';
import { confirm } from '../../cli/confirm.ts';
import { readSyncFile } from '../../cli/ends.ts';
import { Mask } from '../../cli/mask.ts';
import { configError } from '../../errors/connector-error.ts';
import { describeState, statesTable } from '../../sync/state/describe-states.ts';
import {
  importStates,
  readStates,
  readStateText,
  requireStreams,
  resetStates,
} from '../../sync/state/edit-states.ts';

export interface StateOptions {
  /** A sync file. */
  readonly config: string;
  /** Change without asking. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

const forPerson = (work: () => Promise<string>): Promise<number> =>
  runForPerson(new Mask(), async () => {
    process.stdout.write(await work());
    return 0;
  });

const pathOf = async (options: StateOptions): Promise<string> => (await readSyncFile(options)).statePath;

export function showState(options: StateOptions): Promise<number> {
  return forPerson(async () => {
    const states = await readStates(await pathOf(options));
    return options.json === true
      ? `${JSON.stringify(states.map(describeState), null, 2)}\n`
      : statesTable(states);
  });
}

export function resetState(streams: readonly string[], options: StateOptions): Promise<number> {
  return forPerson(async () => {
    const path = await pathOf(options);
    requireStreams(await readStates(path), streams, path);
    const names = streams.join(', ');
    if (options.yes !== true) await confirm(`Reset ${names}? The next sync sends all their rows again.`);
    await resetStates(path, streams);
    return `${names}: reset. The next sync sends all rows again; events keep their ids, so nothing is counted twice.\n`;
  });
}

/** The file as it is: `state import` takes it. */
export function exportState(options: StateOptions): Promise<number> {
  return forPerson(async () => {
    const path = await pathOf(options);
    const text = await readStateText(path);
    if (text === undefined) throw configError(`${path}: there is no state yet.`);
    return text;
  });
}

export function importState(file: string, options: StateOptions): Promise<number> {
  return forPerson(async () => {
    const path = await pathOf(options);
    const { length } = await readStates(path);
    if (length > 0 && options.yes !== true) await confirm(`Replace the ${length} states in ${path}?`);
    return `${await importStates(path, file)} states are now in ${path}.\n`;
  });
}
