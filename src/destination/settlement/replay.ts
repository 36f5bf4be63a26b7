import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConnectorError, configError, messageOf } from '../../errors/connector-error.ts';
import { requireFile } from '../../files/named-file.ts';
import type { DestinationInput } from '../../protocol/connector.ts';
import { readTextLines } from '../../protocol/lines/ndjson.ts';
import type { ConfiguredAirbyteCatalog } from '../../protocol/messages.ts';
import type { StreamName } from '../../streams/contract.ts';
import { syncModeOf, type WriteMode } from '../mapping/stream-mapping.ts';
import { type Reject, readReject } from './reject-line.ts';
import { replayedFolder } from './rejects/replayed-folder.ts';

/** What rejects files hold: enough to write their records again. */
export interface Replay {
  readonly files: readonly string[];
  readonly catalog: ConfiguredAirbyteCatalog;
  /** Records of each stream. */
  readonly counts: ReadonlyMap<string, number>;
  /** Files whose last line was cut short when the process that wrote it was killed. */
  readonly torn: readonly string[];
  /** Lines that tell of a record which was too long to be kept: nobody can send it. */
  readonly notKept: number;
}

/**
 * Reads rejects files through, the oldest first, before anything of them is sent.
 *
 * @throws ConnectorError for a path that is none, and for a line that is no reject, with its number.
 */
export async function openReplay(path: string): Promise<Replay> {
  const files = await rejectsFiles(path);
  const streams = new Map<string, Found>();
  const torn: string[] = [];
  let notKept = 0;
  const met: Met = {
    torn: (file) => torn.push(file),
    notKept: () => {
      notKept += 1;
    },
  };
  for (const file of files) {
    for await (const rejects of rejectsOf(file, met)) {
      for (const reject of rejects) learn(streams, reject, file);
    }
  }
  if (streams.size === 0) throw configError(`${path} contains no rejected record that can be sent again.`);
  return { files, torn, notKept, catalog: catalogOf(streams), counts: countsOf(streams) };
}

interface Found {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly as: StreamName;
  readonly mode: WriteMode;
  readonly file: string;
  readonly schema: Record<string, unknown>;
  count: number;
}

function learn(streams: Map<string, Found>, reject: Reject, file: string): void {
  const { as, mode, name, namespace } = reject;
  const key = JSON.stringify([namespace, name]);
  const found = streams.get(key) ?? { name, namespace, as, mode, file, schema: {}, count: 0 };
  if (found.as !== as) {
    throw configError(
      `The stream "${name}" is ${found.as} in ${found.file} and ${as} in ${file}: replay them one by one.`,
    );
  }
  if (found.mode !== mode) {
    throw configError(
      `The stream "${name}" has the sync mode "${syncModeOf[found.mode]}" in ${found.file} and "${syncModeOf[mode]}" in ${file}: replay them one by one.`,
    );
  }
  // A later file knows the types better: files come in the order of their runs.
  Object.assign(found.schema, reject.schema);
  found.count += 1;
  streams.set(key, found);
}

/**
 * The mapping of the config comes before `destination_object_name`, so that a mended config has its say. The schema
 * knows a few columns of many.
 */
function catalogOf(streams: ReadonlyMap<string, Found>): ConfiguredAirbyteCatalog {
  return {
    streams: [...streams.values()].map(({ as, mode, schema, ...of }) => ({
      stream: {
        ...descriptorOf(of),
        json_schema: { type: 'object', properties: schema, patternProperties: { '': {} } },
      },
      sync_mode: 'incremental',
      destination_sync_mode: syncModeOf[mode],
      destination_object_name: as,
    })),
  };
}

const descriptorOf = ({ name, namespace }: Pick<Reject, 'name' | 'namespace'>) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

function countsOf(streams: ReadonlyMap<string, Found>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, count } of streams.values()) counts.set(name, (counts.get(name) ?? 0) + count);
  return counts;
}

/** The records again, with a state after each piece: it comes back with what became of them. */
export async function* replayed({ files }: Replay, signal: AbortSignal): AsyncGenerator<DestinationInput> {
  for (const file of files) {
    for await (const rejects of rejectsOf(file, {})) {
      if (signal.aborted) return;
      yield { type: 'LINES', lines: Buffer.from(rejects.map(({ record }) => `${record}\n`).join('')) };
      const streams = new Map(
        rejects.map((reject) => [`${reject.namespace} ${reject.name}`, descriptorOf(reject)]),
      );
      for (const stream_descriptor of streams.values()) {
        yield { type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor, stream_state: {} } } };
      }
    }
  }
}

/**
 * The rejects files of a folder, the oldest first, or the one file. One that was replayed already is found where it was put.
 *
 * @throws ConnectorError where there is none
 */
export async function rejectsFiles(given: string): Promise<string[]> {
  try {
    const path = await foundAt(given);
    const names = (await stat(path)).isDirectory()
      ? (await readdir(path)).filter((name) => name.endsWith('.ndjson')).toSorted()
      : undefined;
    const files = names?.map((name) => join(path, name)) ?? [path];
    for (const file of files) await requireFile('rejects', file);
    if (files.length > 0) return files;
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const why = absent ? 'there is no such file or folder' : messageOf(cause);
    throw configError(`The rejects file or folder ${given} cannot be read: ${why}.`, { cause });
  }
  throw configError(`The folder ${given} has no rejects file (*.ndjson) in it.`);
}

async function foundAt(path: string): Promise<string> {
  const away = join(replayedFolder(dirname(path)), basename(path));
  const isThere = (at: string) =>
    stat(at).then(
      () => true,
      () => false,
    );
  return !(await isThere(path)) && (await isThere(away)) ? away : path;
}

/** Told of what a file holds beside records. */
interface Met {
  readonly torn?: (file: string) => void;
  readonly notKept?: () => void;
}

function keptOf(reject: Reject | 'not kept', met: Met): Reject[] {
  if (reject !== 'not kept') return [reject];
  met.notKept?.();
  return [];
}

/** The rejects of a file, a chunk's worth at a time. */
async function* rejectsOf(file: string, met: Met): AsyncGenerator<readonly Reject[]> {
  const whole = await endsWithNewline(file);
  let broken: number | undefined;
  for await (const lines of readTextLines(createReadStream(file))) {
    const rejects: Reject[] = [];
    for (const { text, number } of lines) {
      if (broken !== undefined) throw notReject(file, broken);
      const reject = readReject(text);
      if (reject === undefined) broken = number;
      else rejects.push(...keptOf(reject, met));
    }
    if (rejects.length > 0) yield rejects;
  }
  // Only the last line can be a part of one, where no newline ends it.
  if (broken === undefined) return;
  if (whole) throw notReject(file, broken);
  met.torn?.(file);
}

function notReject(file: string, line: number) {
  return configError(
    `${file}, line ${line}, is not a line of a rejects file: it needs as, schema and record, as this version writes them.`,
  );
}

async function endsWithNewline(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === '\n';
  } finally {
    await file.close();
  }
}
