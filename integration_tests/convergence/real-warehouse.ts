import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Happening, Participation, Person, World } from './world/world.ts';
import { withConnection } from './world/write-warehouse.ts';

/** Tables of three sources, from which nexus' own are made. */
const sources = globSync(
  fileURLToPath(new URL('../../src/nexus/fixtures/{crm,lobbie,stripe}_*.parquet', import.meta.url)),
);

/** The first digit of an event's hash: on which days the sources tell of the event and of all that came with it. */
const days: Readonly<Record<string, readonly number[]>> = {
  0: [2, 3],
  1: [3],
  2: [1],
  3: [1, 3],
  4: [1, 2],
};

function isThere(day: number): string {
  const hidden = Object.entries(days).flatMap(([digit, those]) =>
    those.includes(day) ? [] : [`'${digit}'`],
  );
  return `substr(md5(event_id), 1, 1) NOT IN (${hidden.join(', ')})`;
}

/** What sources have changed their minds about by a day: values, names, times, and who is where. */
function edits(day: number): string[] {
  const some = (column: string, digit: string): string =>
    `substr(md5(${column} || '${day}'), 1, 2) LIKE '${digit}%'`;
  return [
    `UPDATE lobbie_entity_traits SET trait_value = trait_value || ' (day ${day})' WHERE trait_name = 'city' AND ${some('identifier_value', '0')}`,
    `DELETE FROM lobbie_entity_traits WHERE trait_name IN ('mobile', 'insurance_no') AND ${some('identifier_value', '1')}`,
    `UPDATE lobbie_entity_traits SET occurred_at = occurred_at - INTERVAL 40 DAY, _ingested_at = _ingested_at - INTERVAL 40 DAY WHERE ${some('identifier_value', '2')}`,
    `UPDATE stripe_events SET event_name = event_name || ' (corrected)' WHERE ${some('event_id', '3')}`,
    `UPDATE lobbie_relationship_declarations SET is_active = false WHERE ${some('relationship_declaration_id', '0')}`,
    `DELETE FROM crm_relationship_declarations WHERE ${some('relationship_declaration_id', '5')}`,
  ];
}

/** Loads the sources' tables as they are on a day, from 1 on. */
export async function loadDay(path: string, day: number): Promise<void> {
  await withConnection(path, async (run) => {
    for (const file of sources) {
      const name = basename(file, '.parquet');
      await run(`CREATE OR REPLACE TABLE ${name} AS SELECT * FROM '${file}' WHERE ${isThere(day)}`);
    }
    for (let each = 2; each <= day; each += 1) for (const edit of edits(each)) await run(edit);
  });
}

/** What nexus has made of it: people, events, and who had them. */
export async function worldOf(path: string, start: number): Promise<World> {
  return withConnection(path, async (run) => {
    // Folded as the models do it: other rules than JavaScript's hold for some letters.
    const people = await run(
      `SELECT entity_id AS id, lower(trim(email)) AS email FROM nexus_entities WHERE entity_type = 'person'`,
    );
    const events = await run(
      `SELECT event_id AS id, event_name AS name, event_type AS type, source, epoch_ms(occurred_at::TIMESTAMP)::DOUBLE AS at FROM nexus_events`,
    );
    const participations = await run(
      `SELECT event_id AS event, entity_id AS person, role FROM nexus_entity_participants WHERE entity_type = 'person'`,
    );
    return {
      people: new Map(people.map((row) => [String(row.id), { traits: {}, ...row } as unknown as Person])),
      events: new Map(events.map((row) => [String(row.id), row as unknown as Happening])),
      participations: participations as unknown as Participation[],
      places: new Map(),
      memberships: new Map(),
      identifiers: [],
      traits: new Map(),
      gone: { people: [], places: [], memberships: [], events: [] },
      facts: { start, withAnonymous: false, lost: new Set(), routed: new Set(), made: 0 },
    };
  });
}
