import { readFile, writeFile } from 'node:fs/promises';
import type { AirbyteStateMessage } from '../../../src/protocol/messages.ts';
import { sealed } from '../../../src/sync/state/state-entries.ts';
import type { Chance } from '../chance.ts';
import { withConnection } from '../world/write-warehouse.ts';
import { fileOf, type Job, snapshotsFile } from './job.ts';

/** A row of a stage that was sent. */
interface Sent {
  readonly action: string;
  readonly key: string;
  readonly at: string | null;
}

/**
 * Puts the state of one stream back to somewhere in the middle of what was sent last. A source may give a state at any
 * row, and the last that came back before a crash is where the next read goes on.
 */
export async function lag(job: Job, chance: Chance): Promise<string[]> {
  const { statePath } = fileOf(job);
  const states: AirbyteStateMessage[] = JSON.parse(await readFile(statePath, 'utf8'));
  const state = chance.maybe(states);
  const content = state?.stream?.stream_state;
  if (content?.way !== 'snapshot') return [];
  const stream = state?.stream?.stream_descriptor.name ?? '';
  const file = content.store === 'file' ? snapshotsFile(job) : job.warehouse;
  const rows = await stagedRows(file, stream, content);
  const sent = chance.maybe(rows);
  if (sent === undefined) return [];
  content.position = positionOf(sent);
  await writeFile(statePath, JSON.stringify(states.map(sealed)));
  return [`the state of ${stream} is back at ${JSON.stringify(content.position)}`];
}

function positionOf({ action, key, at }: Sent): unknown {
  if (action === 'removed') return { phase: 'removals', key };
  return action === 'moved' ? { phase: 'moves', key } : { phase: 'rows', timestamp: at, key };
}

/** What the last read of a stream has sent; nothing where it had nothing to send. */
async function stagedRows(
  file: string,
  stream: string,
  { base, generation }: Record<string, unknown>,
): Promise<Sent[]> {
  return withConnection(file, async (run) => {
    const [entry] = await run(
      `SELECT staged_table AS name FROM nexus_customer_io.nexus_customer_io_snapshots WHERE base = '${base}' AND stream = '${stream}' AND staged_generation = ${generation}`,
    );
    if (entry === undefined) return [];
    const rows = await run(
      `SELECT action, key, sent_at::VARCHAR AS at FROM nexus_customer_io."${entry.name}" WHERE action IS NOT NULL AND generation = ${generation} ORDER BY key`,
    );
    return rows.map(({ action, key, at }) => ({
      action: String(action),
      key: String(key),
      at: at === null ? null : String(at),
    }));
  });
}
