import type { AirbyteCatalog, AirbyteMessage, AirbyteStateMessage } from '../../src/protocol/messages.ts';
import { nexusSource } from '../../src/source/source.ts';

type Row = Readonly<Record<string, unknown>>;

export interface ReadResult {
  readonly rows: Row[];
  /** Of each row, what its record says beside the data. */
  readonly metas: unknown[];
  readonly states: AirbyteStateMessage[];
  /** How many rows had come when each state came. */
  readonly rowsAtState: number[];
  readonly others: AirbyteMessage[];
  /** Stream, code and text of what was found wrong. */
  readonly findings: string[];
}

export async function read(
  config: unknown,
  state: readonly AirbyteStateMessage[] = [],
  streams: readonly string[] = ['persons'],
  json_schema: Row = {},
): Promise<ReadResult> {
  const result: ReadResult = { rows: [], metas: [], states: [], rowsAtState: [], others: [], findings: [] };
  const catalog = {
    streams: streams.map((name) => ({
      stream: { name, json_schema },
      sync_mode: 'incremental' as const,
      destination_sync_mode: 'append' as const,
    })),
  };
  const { signal } = new AbortController();
  for await (const output of nexusSource.read({ config, catalog, state, signal })) {
    if (output.type === 'RECORD_LINES') {
      const lines = Buffer.from(output.lines).toString().trimEnd().split('\n');
      const records = lines.map((line) => JSON.parse(line).record);
      result.rows.push(...records.map(({ data }) => data));
      result.metas.push(...records.map(({ meta }) => meta));
    } else if (output.type === 'STATE') {
      result.states.push(output.state);
      result.rowsAtState.push(result.rows.length);
    } else if (output.type === 'FINDING') {
      result.findings.push(`${output.stream} ${output.code}: ${output.message}`);
    } else if (output.type !== 'CHANGES') result.others.push(output);
  }
  return result;
}

export const lastState = ({ states }: ReadResult): AirbyteStateMessage[] => states.slice(-1);

export const userIds = ({ rows }: ReadResult): unknown[] => rows.map((row) => row.userId);

/** The texts of the errors that a read told. */
export const errorsOf = ({ others }: Pick<ReadResult, 'others'>): string[] =>
  others.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error?.message ?? ''] : [],
  );

export async function catalogOf(config: unknown): Promise<AirbyteCatalog> {
  for await (const message of nexusSource.discover(config)) {
    if (message.type === 'CATALOG') return message.catalog;
  }
  throw new Error('no catalog');
}

export async function checkOf(config: unknown): Promise<{ status: string; message?: string | undefined }> {
  for await (const message of nexusSource.check(config)) {
    if (message.type === 'CONNECTION_STATUS') return message.connectionStatus;
  }
  throw new Error('no connection status');
}
