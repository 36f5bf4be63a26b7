import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** RECORD lines of made-up people with an id and 15 attributes, about 430 bytes a row; the same in every run. */
function personLine(n: number): string {
  const data = {
    userId: `person-${n}`,
    timestamp: new Date(1_700_000_000_000 + n * 1000).toISOString().slice(0, 23),
    email: `person.${n}@example.com`,
    first_name: `First${n % 997}`,
    last_name: `Last-${n % 7919}`,
    phone_number: `+49 170 ${1_000_000 + n}`,
    city: ['Berlin', 'München', 'Zürich', 'São Paulo'][n % 4],
    plan: ['free', 'pro', 'team'][n % 3],
    score: (n % 1000) / 10,
    visits: n % 365,
    is_active: n % 2 === 0,
    created_at: '2024-01-01T00:00:00',
    last_seen: '2025-06-01T12:30:00',
    referrer: `https://example.com/from/${n % 50}?campaign=spring`,
    notes: n % 5 === 0 ? null : `A note of some length about person ${n}`,
    segment: `segment-${n % 20}`,
    company: `Company ${n % 500} GmbH`,
  };
  return JSON.stringify({
    type: 'RECORD',
    record: { stream: 'persons', data, emitted_at: 1_700_000_000_000 },
  });
}

/** Writes the lines of `count` people and one state to a file. */
export async function writePeople(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  for (let n = 0; n < count; n += 1) {
    if (!file.write(`${personLine(n)}\n`)) await once(file, 'drain');
  }
  const state = {
    type: 'STREAM',
    stream: { stream_descriptor: { name: 'persons' }, stream_state: { n: count } },
  };
  file.end(`${JSON.stringify({ type: 'STATE', state })}\n`);
  await once(file, 'finish');
}

export const peopleCatalog = {
  streams: [
    {
      stream: {
        name: 'persons',
        json_schema: {
          properties: {
            timestamp: { type: 'string', format: 'date-time' },
            last_seen: { type: 'string', format: 'date-time' },
          },
        },
        supported_sync_modes: ['incremental'],
      },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    },
  ],
};
