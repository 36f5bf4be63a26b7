/**
 * Writes what Airbyte's acceptance tests compare with: configured catalogs, a state of the far future and some
 * expected records, all from what the source says of the test warehouse. After a change of a model or a stream:
 *
 *   node integration_tests/airbyte/make-warehouse.ts
 *   node integration_tests/airbyte/write-expectations.ts && npm run format
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AirbyteCatalog, AirbyteMessage } from '../../src/protocol/messages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = (name: string): string => `${root}integration_tests/${name}`;
const recordsPerStream = 3;

function source(...args: string[]): AirbyteMessage[] {
  const output = execFileSync(`${root}bin/source-nexus`, [...args, '--config', path('config.json')], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function discovered(): AirbyteCatalog {
  for (const message of source('discover')) if (message.type === 'CATALOG') return message.catalog;
  throw new Error('no catalog');
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const { streams } = discovered();
const modes = [
  ['incremental', 'append_dedup'],
  ['full_refresh', 'overwrite'],
] as const;
for (const [sync_mode, destination_sync_mode] of modes) {
  const configured = streams.map((stream) => ({
    stream,
    sync_mode,
    destination_sync_mode,
    cursor_field: stream.default_cursor_field,
    primary_key: stream.source_defined_primary_key,
  }));
  writeFileSync(path(`configured_catalog_${sync_mode}.json`), json({ streams: configured }));
}

const messages = source('read', '--catalog', path('configured_catalog_incremental.json'));

const records = streams.flatMap(({ name }) =>
  messages
    .flatMap((message) =>
      message.type === 'RECORD' && message.record.stream === name ? [message.record] : [],
    )
    .slice(0, recordsPerStream),
);
writeFileSync(
  path('expected_records.jsonl'),
  records.map((record) => `${JSON.stringify(record)}\n`).join(''),
);

const states = new Map(
  messages.flatMap((message) =>
    message.type === 'STATE' && message.state.stream !== undefined
      ? [[message.state.stream.stream_descriptor.name, message.state.stream] as const]
      : [],
  ),
);
const future = [...states.values()].map((stream) => ({
  type: 'STREAM',
  // A cursor's timestamp is the only text of a state in this form.
  stream: JSON.parse(
    JSON.stringify(stream).replaceAll(/"timestamp":"[^"]*"/g, '"timestamp":"9999-12-31T23:59:59"'),
  ),
}));
writeFileSync(path('future_state.json'), json(future));
