/** What a made-up nexus warehouse is made of. The same numbers give the same rows, whatever the machine. */
export interface DemoSize {
  readonly persons: number;
  readonly locations: number;
  readonly events: number;
  readonly seed: number;
  /** The newest moment in the data. */
  readonly now: Date;
}

function sqlTimestamp(moment: Date): string {
  return `TIMESTAMP '${moment.toISOString().replace('T', ' ').replace('Z', '')}'`;
}

/** Chance by hash: any row can be computed alone, so DuckDB makes all of them at once, in any order. */
export function chanceSql(seed: number): string {
  return `
    CREATE TEMP MACRO chance(i, salt) AS
      (hash(salt || ':' || i::VARCHAR || ':${seed}') >> 11)::DOUBLE / 9007199254740992.0;
    CREATE TEMP MACRO pick(i, salt, list) AS list[1 + floor(chance(i, salt) * len(list))::INTEGER];
    CREATE TEMP MACRO nexus_id(prefix, key) AS prefix || '_' || md5(key);
    CREATE TEMP MACRO email_of(first, last, i) AS
      lower(strip_accents(first) || '.' || strip_accents(last)) || i::VARCHAR || '@example.com';`;
}

/** nexus_entities is one wide table: a person has the locations' traits as NULL, and the other way round. */
export function entitiesSql({ persons, locations, now }: DemoSize): string {
  const moment = sqlTimestamp(now);
  return `
    CREATE TEMP TABLE demo_persons AS
    WITH named AS (
      SELECT i,
        pick(i, 'first', ['Ada','Ben','Chloé','Dmitri','Elif','Femi','Greta','Hiro','Inés','Jonas','Kemi','Léa','Mateo','Nora','Omar','Priya']) AS first_name,
        pick(i, 'last', ['Abara','Berg','Costa','Dubois','Eriksen','Fischer','García','Haddad','Ito','Jensen','Kowalski','Lopez','Müller','Novak','Okafor','Patel']) AS last_name,
        ${moment} - to_seconds(chance(i, 'age') * 700 * 86400 + 8 * 86400) AS created_at
      FROM range(${persons}) AS r(i))
    SELECT i, nexus_id('per', 'email-' || email_of(first_name, last_name, i)) AS entity_id,
      email_of(first_name, last_name, i) AS email, first_name, last_name, created_at,
      created_at + to_seconds(floor(chance(i, 'updated') * epoch(${moment} - created_at))) AS updated_at
    FROM named;

    CREATE TABLE nexus_entities AS
    SELECT entity_id, 'person' AS entity_type,
      'u-' || lpad((i + 1)::VARCHAR, 8, '0') AS user_id, email, first_name, last_name,
      '+1 555 ' || lpad(floor(chance(i, 'phone') * 10000000)::INTEGER::VARCHAR, 7, '0') AS phone_number,
      CASE WHEN chance(i, 'anonymous') < 0.7 THEN md5('anonymous' || i)::UUID::VARCHAR END AS segment_anonymous_id,
      pick(i, 'status', ['active','active','active','active','lapsed','lead']) AS status,
      pick(i, 'city', ['Austin','Denver','Nashville','Phoenix','Portland','Québec','Raleigh','São Paulo']) AS city,
      pick(i, 'plan', ['basic','plus','premium']) AS plan,
      pick(i, 'referral', ['friend','search','social','walk-in']) AS referral_source,
      pick(i, 'locale', ['en-US','en-US','es-MX','fr-CA','pt-BR']) AS locale,
      strftime(DATE '1950-01-01' + floor(chance(i, 'birth') * 20000)::INTEGER, '%Y-%m-%d') AS date_of_birth,
      floor(chance(i, 'score') * 100)::INTEGER::VARCHAR AS lead_score,
      (round(chance(i, 'lifetime') * 5000, 2))::DECIMAL(10,2)::VARCHAR AS lifetime_value,
      CASE WHEN chance(i, 'colour') < 0.4 THEN pick(i, 'which', ['blue','green','red']) END AS favorite_color,
      CASE WHEN chance(i, 'unsubscribed') < 0.05 THEN 'true' ELSE 'false' END AS unsubscribed,
      NULL::VARCHAR AS location_id, NULL::VARCHAR AS location_name,
      NULL::VARCHAR AS location_lobbie_integration_uuid, NULL::VARCHAR AS google_ads_account_id,
      entity_id AS traits_entity_id, ${moment}::TIMESTAMPTZ AS _processed_at,
      updated_at AS _updated_at, created_at AS _created_at, updated_at AS _last_merged_at,
      updated_at AS last_interaction_at, created_at AS first_interaction_at
    FROM demo_persons;

    CREATE TEMP TABLE demo_locations AS
    SELECT i, 'L' || lpad((i + 1)::VARCHAR, 4, '0') AS location_id,
      nexus_id('grp', 'location_id-L' || lpad((i + 1)::VARCHAR, 4, '0')) AS entity_id,
      pick(i, 'town', ['Austin','Denver','Nashville','Phoenix','Portland','Raleigh']) || ' '
        || pick(i, 'part', ['Downtown','Heights','Lakeside','North','Old Town','Riverside']) AS location_name,
      ${moment} - to_seconds(710 * 86400 + chance(i, 'opened') * 700 * 86400) AS created_at
    FROM range(${locations}) AS r(i);

    INSERT INTO nexus_entities BY NAME
    SELECT entity_id, 'group' AS entity_type, location_id, location_name,
      md5('lobbie' || location_id)::UUID::VARCHAR AS location_lobbie_integration_uuid,
      '123-456-' || lpad(i::VARCHAR, 4, '0') AS google_ads_account_id,
      entity_id AS traits_entity_id, ${moment}::TIMESTAMPTZ AS _processed_at,
      created_at + to_days(100) AS _updated_at, created_at AS _created_at, created_at AS _last_merged_at,
      ${moment} AS last_interaction_at, created_at AS first_interaction_at
    FROM demo_locations;`;
}

/**
 * One to three locations a person, nine for five persons. As in nexus, established_at is the newest
 * declaration's time. One person in twenty is new: all of their visits lie in the last week.
 */
export function relationshipsSql({ locations, now }: DemoSize): string {
  const moment = sqlTimestamp(now);
  return `
    CREATE TEMP TABLE demo_memberships AS
    WITH visits AS (
      SELECT p.i, p.entity_id AS person_id, k,
        (floor(chance(p.i, 'home') * ${locations})::INTEGER + k * 13) % ${locations} AS location,
        CASE WHEN p.i % 20 = 0 THEN 5 ELSE 300 END * 86400 AS reach
      FROM demo_persons p, range(3) AS r(k)
      WHERE k < CASE p.i % 5 WHEN 4 THEN 3 WHEN 3 THEN 2 WHEN 2 THEN 2 ELSE 1 END)
    SELECT v.person_id, l.entity_id AS group_id, l.location_id, v.i, v.k,
      ${moment} - to_seconds(floor(pow(chance(v.i * 3 + v.k, 'visit'), 2) * reach) + 60) AS seen_at
    FROM visits v JOIN demo_locations l ON l.i = v.location;

    CREATE TABLE nexus_relationships AS
    SELECT nexus_id('rel', person_id || '-' || group_id || '-membership') AS relationship_id,
      person_id AS entity_a_id, 'person' AS entity_a_type, 'patient' AS entity_a_role,
      group_id AS entity_b_id, 'group' AS entity_b_type, 'location' AS entity_b_role,
      'membership' AS relationship_type, 'a_to_b' AS relationship_direction, true AS is_active,
      seen_at AS established_at, seen_at AS last_updated_at, 'lobbie' AS primary_source,
      ${moment}::TIMESTAMPTZ AS _processed_at, seen_at AS _updated_at,
      seen_at - to_hours(floor(chance(i, 'first') * 48)::INTEGER) AS _created_at
    FROM demo_memberships;`;
}

/** The event log has value and value_unit as the specification's events model reads them. */
export function eventsSql({ persons, events, now }: DemoSize): string {
  const moment = sqlTimestamp(now);
  return `
    CREATE TEMP TABLE demo_events AS
    SELECT i, floor(chance(i, 'who') * ${persons})::BIGINT AS person,
      nexus_id('evt', 'demo-' || i) AS event_id,
      ${moment} - to_seconds(60 + floor(pow(chance(i, 'when'), 2) * 600 * 86400)) AS occurred_at,
      pick(i, 'what', ['appointment scheduled','appointment completed','appointment cancelled','payment completed','payment failed','page viewed','page viewed','email opened']) AS event_name
    FROM range(${events}) AS r(i);

    CREATE TABLE nexus_events AS
    SELECT event_id, occurred_at, event_name, event_name || ' (' || i || ')' AS event_description,
      CASE split_part(event_name, ' ', 1) WHEN 'appointment' THEN 'appointment' WHEN 'payment' THEN 'transaction' ELSE 'activity' END AS event_type,
      CASE WHEN event_name LIKE 'payment%' THEN round(20 + chance(i, 'value') * 480, 2) END AS value,
      CASE WHEN event_name LIKE 'payment%' THEN 'USD' END AS value_unit,
      1 + floor(chance(i, 'significance') * 9)::FLOAT AS significance,
      CASE split_part(event_name, ' ', 1) WHEN 'appointment' THEN 'lobbie' WHEN 'payment' THEN 'stripe' ELSE 'crm' END AS source,
      'demo_events' AS source_table, occurred_at + to_seconds(30) AS _ingested_at,
      ${moment}::TIMESTAMPTZ AS _processed_at
    FROM demo_events;

    CREATE TABLE nexus_event_measurements AS
    SELECT event_id, occurred_at, source, NULL::DOUBLE AS duration_minutes, value
    FROM nexus_events WHERE value IS NOT NULL;

    CREATE TABLE nexus_entity_participants AS
    SELECT nexus_id('ent', e.event_id || p.entity_id || 'patient') AS entity_participant_id,
      'person' AS entity_type, e.event_id, p.entity_id, 'patient' AS role, e.occurred_at
    FROM demo_events e JOIN demo_persons p ON p.i = e.person
    UNION ALL
    SELECT nexus_id('ent', e.event_id || m.group_id || 'location'), 'group', e.event_id, m.group_id, 'location', e.occurred_at
    FROM demo_events e JOIN demo_memberships m ON m.i = e.person AND m.k = 0
    WHERE e.event_name LIKE 'appointment%';`;
}

/** What an hour in the life of the warehouse changes: some traits, visits, a location's name, new events. */
export function changesSql(at: Date, seed: number): string {
  const moment = sqlTimestamp(at);
  return `
    ${chanceSql(seed)}
    UPDATE nexus_entities SET status = 'active', plan = 'premium', _updated_at = ${moment}
    WHERE entity_type = 'person' AND substr(user_id, -3) = '042';
    UPDATE nexus_entities SET location_name = location_name || ' (renovated)', _updated_at = ${moment}
    WHERE location_id IN ('L0001', 'L0002');
    UPDATE nexus_relationships
    SET last_updated_at = ${moment}, established_at = ${moment}, _updated_at = ${moment}
    WHERE relationship_id IN (SELECT relationship_id FROM nexus_relationships ORDER BY relationship_id LIMIT 12);
    CREATE TEMP TABLE more AS
      SELECT nexus_id('evt', 'more-' || user_id || ${moment}) AS event_id, entity_id
      FROM nexus_entities WHERE entity_type = 'person' AND substr(user_id, -2) = '42' ORDER BY user_id;
    INSERT INTO nexus_events BY NAME
      SELECT event_id, ${moment} AS occurred_at, 'payment completed' AS event_name, 'transaction' AS event_type,
        99.5 AS value, 'USD' AS value_unit, 'stripe' AS source, 'demo_events' AS source_table,
        ${moment} AS _ingested_at FROM more;
    INSERT INTO nexus_entity_participants BY NAME
      SELECT nexus_id('ent', event_id || entity_id) AS entity_participant_id, 'person' AS entity_type, event_id,
        entity_id, 'patient' AS role, ${moment} AS occurred_at FROM more;`;
}
