import { nexusSource } from '../src/source/source.ts';
import { type Measured, Meter } from './reading.ts';

/** The source itself, as `read` runs it, on one table of people. Begins to count at its start or at the first record. */
export async function readSource(
  warehouse: Readonly<Record<string, unknown>>,
  mode: 'full_refresh' | 'incremental',
  from: 'start' | 'first record',
): Promise<Measured> {
  const stream = { name: 'persons', json_schema: {} };
  const request = {
    config: { warehouse, persons: [{ from: 'relation', name: 'people' }], changes: 'cursor' },
    catalog: { streams: [{ stream, sync_mode: mode, destination_sync_mode: 'append' as const }] },
    state: [],
    signal: new AbortController().signal,
  };
  const meter = new Meter();
  for await (const output of nexusSource.read(request)) {
    if (output.type === 'TRACE' && output.trace.type === 'ERROR') throw new Error(JSON.stringify(output));
    if (output.type !== 'RECORD_LINES') continue;
    if (meter.rows === 0 && from === 'first record') meter.begin();
    meter.add(output.count, output.lines.length);
  }
  return meter.result;
}
