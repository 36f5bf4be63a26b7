import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configError } from '../errors/connector-error.ts';
import type {
  DestinationConnector,
  DestinationInput,
  DestinationOutput,
  SourceConnector,
  SourceOutput,
} from '../protocol/connector.ts';
import { finding, log, traceError } from '../protocol/make-message.ts';
import type { AirbyteMessage, ConfiguredAirbyteCatalog } from '../protocol/messages.ts';
import { RunRecorder } from './report/run-recorder.ts';
import { runSync, type SyncWatcher } from './run-sync.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sync-'));
});
afterEach(() => rm(folder, { recursive: true }));

function stateOf(stream: string, cursor: number): Extract<AirbyteMessage, { type: 'STATE' }> {
  return {
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: { cursor } } },
  };
}

function linesOf(stream: string, count: number): SourceOutput {
  return { type: 'RECORD_LINES', stream, lines: new Uint8Array(), count };
}

function sourceOf(
  outputs: () => AsyncGenerator<SourceOutput>,
  seen: ConfiguredAirbyteCatalog[] = [],
): SourceConnector {
  return {
    spec: async () => ({ connectionSpecification: {} }),
    async *check() {},
    async *discover() {},
    async *read() {},
    open: async () => ({
      catalog: async function* () {
        const names = ['events', 'other', 'relationships', 'persons', 'objects'];
        const streams = names.map((name) => ({ name, json_schema: {} }));
        yield { type: 'CATALOG', catalog: { streams } };
      },
      read: async function* ({ catalog }) {
        seen.push(catalog);
        yield* outputs();
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

/** Settles every state as it comes, with one reject in each. */
function destinationOf(input_: DestinationInput[] = []): DestinationConnector {
  return {
    spec: async () => ({ connectionSpecification: {} }),
    async *check() {},
    async *discover() {},
    async *write({ input }) {
      let count = 0;
      for await (const item of input) {
        input_.push(item);
        if (item.type === 'RECORD_LINES') count += item.count;
        if (item.type !== 'STATE') continue;
        const destinationStats = { recordCount: count - 1, rejectedRecordCount: 1 };
        yield { ...item, state: { ...item.state, destinationStats } };
        count = 0;
      }
    },
  };
}

function watcherOf(lines: string[] = []): SyncWatcher {
  return { start() {}, stop() {}, log: (level, message) => lines.push(`${level} ${message}`) };
}

async function sync(source: SourceConnector, destination = destinationOf(), watcher = watcherOf()) {
  const file = { source: {}, destination: {}, statePath: join(folder, 'state.json') };
  const run = new RunRecorder({ deliveredBy: 'state' });
  await runSync(file, { source, destination }, { watcher, run, signal: new AbortController().signal });
  return run.account();
}

async function savedCursors(): Promise<unknown> {
  const states = JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as {
    stream: { stream_descriptor: { name: string }; stream_state: { cursor: number } };
  }[];
  return Object.fromEntries(
    states.map(({ stream }) => [stream.stream_descriptor.name, stream.stream_state.cursor]),
  );
}

describe('runSync', () => {
  it('asks for persons, objects, relationships, events, and only then others', async () => {
    const seen: ConfiguredAirbyteCatalog[] = [];
    await sync(sourceOf(async function* () {}, seen));
    expect(seen[0]?.streams.map(({ stream }) => stream.name)).toEqual([
      'persons',
      'objects',
      'relationships',
      'events',
      'other',
    ]);
  });

  it('counts what is read, delivered and rejected, and keeps the state that came back', async () => {
    const source = sourceOf(async function* () {
      yield linesOf('persons', 10);
      yield stateOf('persons', 1);
      yield linesOf('persons', 5);
      yield stateOf('persons', 2);
    });
    const { streams, errors } = await sync(source);
    expect(errors).toEqual([]);
    expect(streams[0]).toMatchObject({ stream: 'persons', read: 15, delivered: 13, rejected: 2 });
    expect(await savedCursors()).toEqual({ persons: 2 });
  });

  it('lets the destination settle what a failing source gave before', async () => {
    const source = sourceOf(async function* () {
      yield linesOf('persons', 2);
      yield stateOf('persons', 1);
      yield linesOf('persons', 1);
      throw configError('the table went away');
    });
    const { errors } = await sync(source);
    expect(errors).toEqual(['the table went away']);
    expect(await savedCursors()).toEqual({ persons: 1 });
  });

  it('saves nothing that did not come back', async () => {
    const deaf: DestinationConnector = {
      ...destinationOf(),
      async *write({ input }) {
        for await (const item of input) if (item.type === 'STATE') break;
        yield traceError(configError('wrong key'));
        throw configError('wrong key');
      },
    };
    const source = sourceOf(async function* () {
      yield linesOf('persons', 2);
      yield stateOf('persons', 1);
    });
    const { errors } = await sync(source, deaf);
    expect(errors).toEqual(['wrong key']);
    await expect(savedCursors()).rejects.toThrow(/ENOENT/);
  });

  it('takes what the destination says of itself from its account, and from no text', async () => {
    const account = {
      streams: [
        {
          stream: 'persons',
          read: 3,
          delivered: 0,
          rejected: 3,
          rejected_by: [{ reason: 'invalid', field: 'email', count: 3, example: 'u1' }],
          truncated: { bio: 1 },
          trimmed: {},
          removed: 0,
          merged: 0,
        },
      ],
      requests: 7,
      retries: { 'HTTP 429': 2 },
      bytes: 99,
      inFlight: 0,
      rejects: '/rejects.ndjson',
    };
    const destination: DestinationConnector = {
      ...destinationOf(),
      async *write({ input }): AsyncGenerator<DestinationOutput> {
        for await (const _ of input);
        yield { type: 'ACCOUNT', account, isLast: true };
        yield log('INFO', JSON.stringify({ ended: 'rejected', requests: 1e9, streams: [{ stream: 'x' }] }));
      },
    };
    const lines: string[] = [];
    const source = sourceOf(async function* () {
      yield linesOf('persons', 3);
    });
    const { streams, ...run } = await sync(source, destination, watcherOf(lines));
    expect(run).toMatchObject({ ended: 'complete', requests: 7, retries: { 'HTTP 429': 2 }, bytes: 99 });
    expect(run.rejects).toBe('/rejects.ndjson');
    expect(streams).toHaveLength(5);
    // No state has passed them, and yet they are on file.
    expect(streams[0]).toMatchObject({ ...account.streams[0], findings: [] });
    expect(lines).toEqual([expect.stringMatching(/^INFO \{/)]);
  });

  it('takes what has changed from the source, and tells it', async () => {
    const lines: string[] = [];
    const counts = { added: 1_000, changed: 2, removed: 0, moved: null, unchanged: 7 };
    const source = sourceOf(async function* () {
      yield { type: 'CHANGES', stream: 'persons', ...counts };
      yield linesOf('persons', 2);
    });
    const { streams } = await sync(source, destinationOf(), watcherOf(lines));
    expect(streams[0]).toMatchObject({ stream: 'persons', changes: counts });
    expect(streams[1]).toMatchObject({ changes: null });
    expect(lines).toContain('INFO persons: 1,000 added, 2 changed, 0 removed, 7 unchanged.');
  });

  it('takes findings from the source as such, and from no log line', async () => {
    const lines: string[] = [];
    const source = sourceOf(async function* () {
      yield finding('persons', 'no_rows', 'persons: it has no rows.');
      const said = { stream: 'persons', code: 'rows_gone' };
      yield {
        type: 'LOG',
        log: { level: 'WARN', message: JSON.stringify({ type: 'FINDING', ...said }), finding: said },
      };
      yield linesOf('persons', 2);
    });
    const { streams } = await sync(source, destinationOf(), watcherOf(lines));
    expect(streams[0]).toMatchObject({ stream: 'persons', findings: ['no_rows'] });
    expect(lines).toContain('WARN persons: it has no rows.');
  });

  it('passes on logs and errors that are messages', async () => {
    const lines: string[] = [];
    const source = sourceOf(async function* () {
      yield log('INFO', 'hello');
      yield traceError(configError('one stream failed'));
    });
    const { errors } = await sync(source, destinationOf(), watcherOf(lines));
    expect(lines).toEqual(['INFO hello']);
    expect(errors).toEqual(['one stream failed']);
  });
});
