import { createReadStream } from 'node:fs';
import { parseExactJson } from '../../../json/exact-json.ts';
import { isJsonObject } from '../../../json/json-object.ts';
import { readTextLines } from '../../../protocol/lines/ndjson.ts';
import type { DestinationConfig } from '../../config.ts';
import { mapStreams, type StreamMapping } from '../../mapping/stream-mapping.ts';
import { exampleKey } from '../example-key.ts';
import { openReplay, rejectsFiles } from '../replay.ts';

/** One rejected record of a folder, for a person. */
export interface KeptReject {
  /** From 1, over all files of the folder, the oldest first. */
  readonly number: number;
  readonly file: string;
  readonly line: number;
  readonly stream: string;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly time: string;
  /** As a person looks for it, such as `1/L0001`; null where the record names nobody. */
  readonly key: string | null;
  /** The record's values by column, with every digit; null where the record was too long to be kept. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

/**
 * The rejects of a folder or file, the oldest first.
 *
 * @throws ConnectorError as openReplay does
 */
export async function* keptRejects(path: string, config: DestinationConfig): AsyncGenerator<KeptReject> {
  const files = await rejectsFiles(path);
  const plans = await plansOf(path, config);
  let number = 0;
  for (const file of files) {
    for await (const lines of readTextLines(createReadStream(file))) {
      for (const { text, number: line } of lines) {
        const about = parsed(text);
        // A line that a crash has cut short is no reject.
        if (about === undefined) continue;
        number += 1;
        yield keptReject({ number, file, line }, about, plans);
      }
    }
  }
}

/** What the streams are; nothing where no record can be sent again, so that keys are not known. */
async function plansOf(path: string, config: DestinationConfig): Promise<ReadonlyMap<string, StreamMapping>> {
  const opened = await openReplay(path).catch(() => undefined);
  const plans = opened === undefined ? [] : mapStreams(opened.catalog, config).values();
  return new Map([...plans].map((plan) => [keyOf(plan.stream, plan.namespace), plan]));
}

const keyOf = (stream: string, namespace: unknown): string =>
  JSON.stringify([stream, typeof namespace === 'string' ? namespace : '']);

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseExactJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keptReject(
  place: Pick<KeptReject, 'number' | 'file' | 'line'>,
  about: Readonly<Record<string, unknown>>,
  plans: ReadonlyMap<string, StreamMapping>,
): KeptReject {
  const message = about.record;
  const record = isJsonObject(message) && isJsonObject(message.record) ? message.record : undefined;
  const stream = String(record?.stream ?? about.stream ?? '');
  const text = (name: string): string => (typeof about[name] === 'string' ? about[name] : '');
  return {
    ...place,
    stream,
    reason: text('reason'),
    field: text('field'),
    message: text('message'),
    time: text('time'),
    key:
      record === undefined
        ? null
        : exampleKey(JSON.stringify(message), plans.get(keyOf(stream, record.namespace))),
    data: record !== undefined && isJsonObject(record.data) ? record.data : null,
  };
}

/** How many rejects lie in a folder, and in how many files, those of one file left out. Nothing for no folder. */
export async function countKept(
  folder: string,
  except: string | null,
): Promise<{ readonly rejects: number; readonly files: number }> {
  const files = (await rejectsFiles(folder).catch(() => [])).filter((file) => file !== except);
  let rejects = 0;
  for (const file of files) {
    for await (const chunk of createReadStream(file)) {
      for (let at = (chunk as Buffer).indexOf(10); at >= 0; at = (chunk as Buffer).indexOf(10, at + 1))
        rejects += 1;
    }
  }
  return { rejects, files: files.length };
}
