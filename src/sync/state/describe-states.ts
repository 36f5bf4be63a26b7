import { isJsonObject } from '../../json/json-object.ts';
import type { AirbyteStateMessage } from '../../protocol/messages.ts';

/** What a state says to a person, as far as every way of change has it. */
export interface StateLine {
  readonly stream: string;
  /** How changes are found: `cursor`, `snapshot` or `full`. */
  readonly way: string;
  /** How far it has come, in words. */
  readonly reached: string;
  readonly models: readonly string[];
  /** Where the rows were sent to. */
  readonly destination: string;
}

/** The state's content belongs to its way; only what is common to all, or plain to see, is read of it. */
export function describeState(state: AirbyteStateMessage): StateLine {
  const content: unknown = state.stream?.stream_state;
  const fields = isJsonObject(content) ? content : {};
  const models = isJsonObject(fields.models) ? fields.models : {};
  return {
    stream: state.stream?.stream_descriptor.name ?? '',
    way: typeof fields.way === 'string' ? fields.way : 'cursor',
    reached: reachedBy(fields, Object.values(models)),
    models: Object.keys(models),
    destination: destinationOf(state.destination),
  };
}

function reachedBy(fields: Readonly<Record<string, unknown>>, models: readonly unknown[]): string {
  const times = models.flatMap((model) =>
    isJsonObject(model) && typeof model.timestamp === 'string' ? [model.timestamp] : [],
  );
  const newest = times.toSorted().at(-1);
  if (newest !== undefined) return `rows up to ${newest.replace('T', ' ')} UTC`;
  if (fields.generation === undefined) return models.length === 0 ? 'nothing kept' : 'rows without a time';
  const { position } = fields;
  const isWhole = isJsonObject(position) && position.phase === 'end';
  return `sync ${String(fields.generation)}${isWhole ? '' : ', in part'}`;
}

function destinationOf(owner: unknown): string {
  if (!isJsonObject(owner)) return 'not said';
  return `${String(owner.host)} (${String(owner.api)}, #${String(owner.account)})`;
}

const headings = ['stream', 'way', 'reached', 'models', 'sent to'];

/** A table for a person, with its line ends. */
export function statesTable(states: readonly AirbyteStateMessage[]): string {
  if (states.length === 0) return 'No state yet: the next sync sends everything.\n';
  const rows = states
    .map(describeState)
    .map((line) => [line.stream, line.way, line.reached, line.models.join(', '), line.destination]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = [headings, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
