import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Records of the streams whose operations are more than a person's attributes, the same in every run. */
type RowOf = (n: number) => Readonly<Record<string, unknown>>;

const timestampOf = (n: number): string => new Date(1_700_000_000_000 + n * 1000).toISOString().slice(0, 23);

const relationship: RowOf = (n) => ({
  userId: `person-${n}`,
  groupId: `location-${n % 2_000}`,
  objectTypeId: '1',
  timestamp: timestampOf(n),
  relationshipAttributes: {
    is_primary: n % 3 === 0,
    role: ['patient', 'guardian', 'payer'][n % 3],
    first_interaction_at: '2024-01-01T00:00:00',
    interactions: n % 40,
    note: `A note of some length about the relationship ${n}`,
  },
});

/** Its message id is another system's, not a ULID. */
const event: RowOf = (n) => ({
  userId: `person-${n % 20_000}`,
  event: ['Appointment Booked', 'Appointment Kept', 'Invoice Paid'][n % 3],
  timestamp: timestampOf(n),
  messageId: `crm-event-${n}`,
  value: (n % 10_000) / 100,
  currency: 'EUR',
  location: `location-${n % 2_000}`,
  referrer: `https://example.com/from/${n % 50}?campaign=spring`,
  notes: n % 5 === 0 ? null : `A note of some length about event ${n}`,
});

const rows: Readonly<Record<'relationships' | 'events', RowOf>> = {
  relationships: relationship,
  events: event,
};

/** Writes `count` RECORD lines of the stream and one state. */
export async function writeStream(path: string, stream: keyof typeof rows, count: number): Promise<void> {
  const file = createWriteStream(path);
  const rowOf = rows[stream];
  for (let n = 0; n < count; n += 1) {
    const record = { stream, data: rowOf(n), emitted_at: 1_700_000_000_000 };
    if (!file.write(`${JSON.stringify({ type: 'RECORD', record })}\n`)) await once(file, 'drain');
  }
  const state = {
    type: 'STREAM',
    stream: { stream_descriptor: { name: stream }, stream_state: { n: count } },
  };
  file.end(`${JSON.stringify({ type: 'STATE', state })}\n`);
  await once(file, 'finish');
}

const time = { type: 'string', format: 'date-time' };

/** A catalog of the stream as this source's `discover` words it. */
export const catalogOf = (stream: keyof typeof rows) => ({
  streams: [
    {
      stream: {
        name: stream,
        json_schema: {
          properties: Object.fromEntries(
            Object.keys(rows[stream](0)).map((name) => [name, name === 'timestamp' ? time : {}]),
          ),
        },
        supported_sync_modes: ['incremental'],
      },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    },
  ],
});
