import { afterEach, describe, expect, it } from 'vitest';
import { nexusId } from '../models/identify/nexus-id.ts';
import { declaration, identifiers, location, person1, smallCases } from './small-cases.fixture.ts';

/** Cases whose results were worked out by hand; the numbers are those of the reference's list. */

const { given, closeCase } = smallCases(nexusId);
afterEach(closeCase);

describe('relationships', () => {
  it('1: two patients with one email are one person, with one relationship since the first declaration', async () => {
    const result = await given([
      ...identifiers([
        [
          ['patient_id', 'P1'],
          ['email', 'ann@x.io'],
        ],
        [
          ['patient_id', 'P2'],
          ['email', 'ann@x.io'],
        ],
      ]),
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', at: '2025-02-01', a: 'P2' }),
    ]);
    expect(await result.relationships()).toEqual([
      expect.objectContaining({
        relationship_id: 'rel_997520f9e606d1b492be688eb3806d97',
        entity_a_id: 'per_9027df6b2eede5a8a15ac0cf642c9589',
        entity_b_id: 'grp_97f0bbd8428ed397ab7e2789a0ca486a',
        established_at: '2025-01-15 00:00:00',
        last_updated_at: '2025-02-01 00:00:00',
        _created_at: '2025-01-15 00:00:00',
        _updated_at: '2025-02-01 00:00:00',
        is_active: 'true',
      }),
    ]);
  });

  it('2: a later role takes the place of the former, and it is said', async () => {
    const { relationships, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', at: '2025-03-01', a_role: 'owner', source: 'crm' }),
    ]);
    expect(await relationships()).toEqual([
      expect.objectContaining({
        entity_a_role: 'owner',
        primary_source: 'crm',
        established_at: '2025-01-15 00:00:00',
      }),
    ]);
    expect(findings).toContain('relationships that had another role or direction in some declaration: 1');
  });

  it('3: the reverse direction is a row of its own, and it is said', async () => {
    const back = {
      a: 'L1',
      a_type: 'location_id',
      a_entity: 'group',
      b: 'P1',
      b_type: 'patient_id',
      b_entity: 'person',
    };
    const { relationships, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1' }),
      declaration({ id: 'd2', ...back }),
    ]);
    expect(await relationships()).toHaveLength(2);
    expect(findings).toContain('relationships declared in both directions, which are two rows each: 1');
  });

  it('4: an undated declaration gives way to a dated one, and stands where it is alone', async () => {
    const { relationships } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', at: null, active: 'false' }),
      declaration({ id: 'd2' }),
      declaration({ id: 'd3', at: null, kind: 'ownership' }),
    ]);
    const rows = await relationships();
    expect(rows.find((row) => row.relationship_type === 'membership')).toMatchObject({
      is_active: 'true',
      established_at: '2025-01-15 00:00:00',
      last_updated_at: '2025-01-15 00:00:00',
    });
    expect(rows.find((row) => row.relationship_type === 'ownership')).toMatchObject({
      established_at: null,
      _updated_at: null,
    });
  });

  it('5: what does not resolve is counted and listed with the reason', async () => {
    const { relationships, rows, findings } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', a: 'p1' }),
      declaration({ id: 'd2', b: 'L2', a: 'P9' }),
      declaration({ id: 'd3', a: null }),
      declaration({ id: 'd4', a_type: 'email' }),
      declaration({ id: 'd5', b_entity: 'location' }),
      declaration({ id: 'd6', b_entity: 'location', b: 'L9' }),
    ]);
    expect(await relationships()).toEqual([]);
    expect(findings[0]).toMatch(/^declarations that name an entity that does not exist .*: 6$/);
    const listed = await rows(
      'SELECT relationship_declaration_id AS id, reason FROM nexus_unresolved_declarations ORDER BY id',
    );
    expect(listed.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      "d1 entity_a: no person has patient_id 'p1', but one has 'P1' (case or padding differs)",
      "d2 entity_a: no person has patient_id 'P9'; entity_b: no group has location_id 'L2'",
      'd3 entity_a: its identifier, identifier type or entity type is NULL',
      "d4 entity_a: 'P1' is no email but known as patient_id",
      "d5 entity_b: location_id 'L1' belongs to a group, not to a location",
      'd6 entity_b: there is no entity of type location',
    ]);
  });

  it('7: an end before a new start leaves it active, an end after it inactive', async () => {
    const { relationships } = await given([
      ...person1,
      ...location,
      declaration({ id: 'd1', active: 'false', at: '2025-01-01' }),
      declaration({ id: 'd2', at: '2025-02-01' }),
      declaration({ id: 'd3', kind: 'ownership', at: '2025-01-01' }),
      declaration({ id: 'd4', kind: 'ownership', at: '2025-02-01', active: 'false' }),
    ]);
    const active = new Map((await relationships()).map((row) => [row.relationship_type, row.is_active]));
    expect(active).toEqual(
      new Map([
        ['membership', 'true'],
        ['ownership', 'false'],
      ]),
    );
  });

  it('8: a tie comes out the same in whatever order it is written', async () => {
    const tied = [
      declaration({ id: 'd1', source: 'crm' }),
      declaration({ id: 'd2', active: 'false', a_role: 'ex' }),
      declaration({ id: 'd3', active: null }),
    ];
    for (const order of [tied, [...tied].reverse()]) {
      const { relationships, findings } = await given([...person1, ...location, ...order]);
      expect(await relationships()).toEqual([
        expect.objectContaining({ is_active: 'false', entity_a_role: 'ex' }),
      ]);
      expect(findings).toContain(
        'relationships whose latest declarations have the same time but disagree: 1',
      );
      await closeCase();
    }
  });

  it('9: a side that is registered and not resolved is found by its key and by its identifiers', async () => {
    const vars = {
      nexus: {
        entity_types: {
          person: { entity_resolution: true },
          plan: { entity_resolution: false, registration_model: 'plans' },
        },
      },
    };
    const { relationships, entities } = await given(
      [
        ...person1,
        ...identifiers([[['stripe_plan', 'gold']]], 'plan'),
        `CREATE TABLE plans AS SELECT 'ent_1' AS entity_id, 'plan' AS entity_type, 'stripe' AS source, 'gold' AS source_id,
          9 AS price, TIMESTAMP '2024-01-01' AS _source_created_at, TIMESTAMP '2024-02-01' AS _source_updated_at,
          TIMESTAMP '2024-03-01' AS _registered_at`,
        declaration({ id: 'd1', b: 'gold', b_type: 'plan_id', b_entity: 'plan' }),
        declaration({ id: 'd2', b: 'gold', b_type: 'stripe_plan', b_entity: 'plan', kind: 'trial' }),
      ],
      vars,
    );
    expect((await relationships()).map((row) => row.entity_b_id)).toEqual(['ent_1', 'ent_1']);
    expect((await entities()).find((row) => row.entity_type === 'plan')).toMatchObject({
      entity_id: 'ent_1',
      price: '9',
      _created_at: '2024-01-01 00:00:00',
      _updated_at: '2024-02-01 00:00:00',
      _last_merged_at: null,
    });
  });

  it('10: a declaration that is there twice makes one relationship', async () => {
    const { relationships } = await given([...person1, ...location, declaration({}), declaration({})]);
    expect(await relationships()).toHaveLength(1);
  });

  it('11: a relationship of two who became one is kept, and it is said', async () => {
    const { relationships, findings } = await given([
      ...person1,
      declaration({ b: 'ann@x.io', b_type: 'email', b_entity: 'person', kind: 'sibling' }),
    ]);
    const [self] = await relationships();
    expect(self?.entity_a_id).toBe(self?.entity_b_id);
    expect(findings).toContain('relationships of an entity to itself: 1');
  });

  it('12: a source without rows makes tables without rows', async () => {
    const { relationships, entities, rows } = await given([]);
    expect(await relationships()).toEqual([]);
    expect(await entities()).toEqual([]);
    expect(await rows('SELECT * FROM nexus_events')).toEqual([]);
  });
});
