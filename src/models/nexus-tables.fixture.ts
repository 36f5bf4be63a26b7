/** A nexus warehouse of a few rows, each there for a difficulty; the tests' expectations are worked out by hand. */
export const nexusTables: readonly string[] = [
  `CREATE TABLE nexus_entities (entity_id VARCHAR, entity_type VARCHAR, user_id VARCHAR, email VARCHAR,
     segment_anonymous_id VARCHAR, status VARCHAR, first_name VARCHAR, location_id VARCHAR, location_name VARCHAR,
     location_lobbie_integration_uuid VARCHAR, _processed_at TIMESTAMP, _updated_at TIMESTAMP, _created_at TIMESTAMP)`,
  // p1 and p2 are one folded email, p2 the newer; p4 has none; g1 and g2 are one location, g2 the newer.
  `INSERT INTO nexus_entities VALUES
     ('p1', 'person', 'u1', 'Ann@x.io', 'an1', 'active', 'Ann', NULL, NULL, NULL, now(), '2025-01-01', '2024-01-01'),
     ('p2', 'person', 'u2', 'ann@x.io ', 'an0', 'lead', 'Anne', NULL, NULL, NULL, now(), '2025-02-01', '2024-02-01'),
     ('p3', 'person', 'u3', 'bob@x.io', NULL, 'active', 'Bob', NULL, NULL, NULL, now(), '2025-01-03', '2024-03-01'),
     ('p4', 'person', 'u4', NULL, 'an4', 'active', 'Cyd', NULL, NULL, NULL, now(), '2025-01-04', '2024-04-01'),
     ('g1', 'group', NULL, NULL, NULL, NULL, NULL, 'L1', 'Old', 'uuid1', now(), '2025-01-01', '2024-05-01'),
     ('g2', 'group', NULL, NULL, NULL, NULL, NULL, 'L1', 'New', 'uuid2', now(), '2025-03-01', '2024-06-01'),
     ('g3', 'group', NULL, NULL, NULL, NULL, NULL, 'L2', 'Two', NULL, now(), '2025-01-02', '2024-07-01')`,
  `CREATE TABLE nexus_events (event_id VARCHAR, occurred_at TIMESTAMP, event_name VARCHAR, event_type VARCHAR,
     value DOUBLE, value_unit VARCHAR, source VARCHAR)`,
  `INSERT INTO nexus_events VALUES
     ('ev1', '2025-01-10 10:00', 'visit', 'appointment', 12.5, 'USD', 'your_source'),
     ('ev2', '2025-01-11 11:00', 'pay', 'transaction', NULL, NULL, 'stripe'),
     ('ev3', '2025-01-12 12:00', 'call', 'activity', NULL, NULL, 'your_source')`,
  // Ann is in ev1 by two entities, and by one of them in two roles.
  `CREATE TABLE nexus_entity_participants (event_id VARCHAR, entity_id VARCHAR, entity_type VARCHAR, role VARCHAR)`,
  `INSERT INTO nexus_entity_participants VALUES
     ('ev1', 'p1', 'person', 'patient'), ('ev1', 'p1', 'person', 'payer'), ('ev1', 'p2', 'person', NULL),
     ('ev1', 'g1', 'group', 'location'), ('ev2', 'p3', 'person', 'payer'), ('ev3', 'p4', 'person', 'lead')`,
  `CREATE TABLE nexus_relationships (relationship_id VARCHAR, entity_a_id VARCHAR, entity_a_type VARCHAR,
     entity_b_id VARCHAR, entity_b_type VARCHAR, relationship_type VARCHAR, is_active BOOLEAN,
     _created_at TIMESTAMP, established_at TIMESTAMP, last_updated_at TIMESTAMP, _updated_at TIMESTAMP)`,
  `INSERT INTO nexus_relationships VALUES
     ('r1', 'p1', 'person', 'g1', 'group', 'membership', true, '2025-01-15', '2025-02-01', '2025-02-01', '2025-02-01'),
     ('r2', 'g2', 'group', 'p2', 'person', 'membership', true, '2025-03-01', '2025-03-05', '2025-03-05', '2025-03-05'),
     ('r3', 'p1', 'person', 'g3', 'group', 'membership', true, '2025-01-10', '2025-01-20', '2025-01-20', '2025-01-20'),
     ('r4', 'p3', 'person', 'g3', 'group', 'membership', false, '2025-01-01', '2025-01-01', '2025-01-01', '2025-01-01'),
     ('r5', 'p3', 'person', 'g1', 'group', 'membership', NULL, '2025-01-02', '2025-01-02', '2025-01-02', '2025-01-02'),
     ('r6', 'p3', 'person', 'g3', 'group', 'ownership', true, '2025-01-02', '2025-01-02', '2025-01-02', '2025-01-02')`,
  `CREATE TABLE high_level_customer_journey AS SELECT * FROM (VALUES
     ('p2', 'lead', false), ('p2', 'customer', true), ('p3', 'lead', true)) v(entity_id, state_value, is_current)`,
  `CREATE TABLE lobbie_appointment_events AS SELECT * FROM (VALUES
     ('ev1', TIMESTAMP '2025-01-10', 'P1', 'L1'), ('ev2', TIMESTAMP '2025-01-11', NULL, 'L1'))
     v(event_id, occurred_at, patient_id, location_id)`,
];
