import { afterEach, describe, expect, it } from 'vitest';
import { nexusId } from '../models/identify/nexus-id.ts';
import {
  declaration,
  type Identifier,
  identifiers,
  person1,
  smallCases,
  text,
} from './small-cases.fixture.ts';

const { given, closeCase } = smallCases(nexusId);
afterEach(closeCase);

describe('identifiers', () => {
  const chain = Array.from({ length: 15 }, (_, index): Identifier[] => [
    ['anon', `n${String(index).padStart(2, '0')}`],
    ['anon', `n${String(index + 1).padStart(2, '0')}`],
  ]);

  it('6: a chain of 16 is one person, and six within ten steps', async () => {
    expect(await (await given(identifiers(chain))).entities()).toHaveLength(1);
    await closeCase();
    const limited = await given(identifiers(chain), { nexus: { max_recursion: 10 } });
    expect(await limited.entities()).toHaveLength(6);
  });

  it('are compared as they are written, and those without a value belong to nobody', async () => {
    const { entities, findings } = await given(
      identifiers([
        [
          ['email', 'A@x.io'],
          ['phone', null],
        ],
        [
          ['email', 'a@x.io'],
          ['phone', null],
        ],
      ]),
    );
    expect(await entities()).toHaveLength(2);
    expect(findings.join()).toMatch(/identifier rows without a type or value.*: 2/);
  });

  it('do not join entities of different types that share an edge', async () => {
    const { entities } = await given([
      ...person1,
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, 'group', 'domain', 'x.io', role, occurred_at
        FROM web_entity_identifiers LIMIT 1`,
    ]);
    expect((await entities()).map((row) => row.entity_type)).toEqual(['group', 'person']);
  });

  it('that are numbers are compared as text', async () => {
    const { relationships } = await given([
      `DROP TABLE web_entity_identifiers`,
      `CREATE TABLE web_entity_identifiers AS SELECT 'e' AS event_id, 'e' AS edge_id, 'person' AS entity_type, 'patient_id' AS identifier_type,
        7 AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`,
      `CREATE TABLE shop_entity_identifiers AS SELECT 'g' AS event_id, 'g' AS edge_id, 'group' AS entity_type, 'location_id' AS identifier_type,
        'L1' AS identifier_value, TIMESTAMP '2025-01-01' AS occurred_at`,
      declaration({ a: '7' }),
    ]);
    expect(await relationships()).toHaveLength(1);
  });
});

describe('traits', () => {
  const trait = (name: string, value: string | null, at: string | null): string =>
    `INSERT INTO web_entity_traits VALUES ('person', 'email', 'ann@x.io', ${text(name)}, ${text(value)}, ${text(at)})`;

  it('are the latest of each, dated before undated, under the name of a column', async () => {
    const { entities } = await given([
      ...person1,
      trait('Favorite Color', 'red', '2025-01-01'),
      trait('Favorite Color', 'blue', '2025-02-01'),
      trait('Favorite Color', 'green', null),
      trait('city', 'Bonn', '2025-01-05'),
    ]);
    expect(await entities()).toEqual([
      expect.objectContaining({ favorite_color: 'blue', city: 'Bonn', _updated_at: '2025-02-01 00:00:00' }),
    ]);
  });

  it('may have any name: those that differ by case alone are one, those of nexus itself are set apart', async () => {
    const odd = `it's "odd"`;
    const { entities } = await given([
      ...person1,
      trait('Plan', 'a', '2025-01-01'),
      trait('plan', 'b', '2025-01-02'),
      trait('_updated_at', 'c', '2025-01-01'),
      trait(odd, 'd', '2025-01-01'),
      trait('select', 'e', '2025-01-01'),
      trait(' ', 'f', '2025-01-01'),
    ]);
    const [row] = await entities();
    expect(row).toMatchObject({ plan: 'b', trait__updated_at: 'c', select: 'e' });
    expect(row?.[odd.replace(' ', '_')]).toBe('d');
    expect(row?._updated_at).toBe('2025-01-02 00:00:00');
  });
});

describe('participants', () => {
  it('are one row for each role, with an id that no two share', async () => {
    const { rows } = await given([
      ...identifiers([
        [
          ['email', 'ann@x.io'],
          ['patient_id', 'P1'],
        ],
      ]),
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, entity_type, identifier_type, identifier_value, 'payer',
        occurred_at + INTERVAL 1 HOUR FROM web_entity_identifiers`,
      `INSERT INTO web_entity_identifiers SELECT event_id, edge_id, entity_type, identifier_type, identifier_value, role,
        occurred_at + INTERVAL 1 HOUR FROM web_entity_identifiers`,
    ]);
    const list = await rows('SELECT role, occurred_at FROM nexus_entity_participants ORDER BY role');
    expect(list).toEqual([
      { role: 'payer', occurred_at: '2025-01-01 01:00:00' },
      { role: 'visitor', occurred_at: '2025-01-01 00:00:00' },
    ]);
  });
});
