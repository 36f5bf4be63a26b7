import { afterEach, describe, expect, it } from 'vitest';
import { nexusId } from '../models/identify/nexus-id.ts';
import { declaration, type Identifier, identifiers, location, smallCases } from './small-cases.fixture.ts';

const { given, closeCase } = smallCases(nexusId);
afterEach(closeCase);

/** Two people, each with an email, who share another identifier. */
const sharing = (value: string, type = 'phone'): string[] =>
  identifiers(
    ['ann', 'bob'].map((who): Identifier[] => [
      ['email', `${who}@x.io`],
      [type, value],
    ]),
  );

describe('two people who share', () => {
  it.each([
    ...['', ' ', '\t', '\n', '\r\n', '\u00a0', '\u200b', '\u3000', ' \u00a0\t '],
    ...[
      'null',
      'NULL',
      ' Null ',
      'none',
      'None',
      'N/A',
      'na',
      '#N/A',
      'NaN',
      'undefined',
      'Unknown',
      '(null)',
    ],
    ...['0', '00', '0000000000', '000-000-0000', '(000) 000 0000', '+0', '0.0', '-', '--', '?', '\\N'],
  ])('%j have nothing in common', async (value) => {
    const { entities, findings } = await given(sharing(value));
    expect(await entities()).toHaveLength(2);
    expect(findings).toEqual([
      `identifier rows whose value is blank or a placeholder, which join nobody: 2 (phone ${JSON.stringify(value)} 2 times)`,
    ]);
  });

  it.each(['555', '10', '0a', '100-000', 'nulla', 'anna', 'nonetheless', 'o', 'no', "it's", 'Ω', '7\u00a0'])(
    '%j are one person',
    async (value) => {
      const { entities, findings } = await given(sharing(value));
      expect(await entities()).toHaveLength(1);
      expect(findings).toEqual([]);
    },
  );

  it('what the vars list have nothing in common, and only that and blanks', async () => {
    const vars = { nexus: { placeholder_identifiers: ['Test', 'tbd'] } };
    expect(await (await given(sharing(' test'), vars)).entities()).toHaveLength(2);
    await closeCase();
    expect(await (await given(sharing(''), vars)).entities()).toHaveLength(2);
    await closeCase();
    expect(await (await given(sharing('null'), vars)).entities()).toHaveLength(1);
  });
});

it('a blank edge id ties nothing', async () => {
  for (const edge of [`''`, `'  '`, 'NULL']) {
    const { entities } = await given([
      ...identifiers([[['email', 'ann@x.io']], [['email', 'bob@x.io']]]),
      `UPDATE web_entity_identifiers SET edge_id = ${edge}`,
    ]);
    expect(await entities()).toHaveLength(2);
    await closeCase();
  }
});

it('a placeholder has no event, no trait and no relationship', async () => {
  const { relationships, rows } = await given([
    ...location,
    ...identifiers([[['patient_id', 'n/a']], [['patient_id', 'P1']]]),
    `INSERT INTO web_entity_traits VALUES ('person', 'patient_id', 'n/a', 'note', 'of a stranger', TIMESTAMP '2025-01-01')`,
    declaration({ a: 'n/a' }),
  ]);
  expect(await relationships()).toEqual([]);
  expect(await rows("SELECT count(*) AS n FROM nexus_entities WHERE entity_type = 'person'")).toEqual([
    { n: '1' },
  ]);
  expect(await rows('SELECT reason FROM nexus_unresolved_declarations')).toEqual([
    { reason: "entity_a: no person has patient_id 'n/a'" },
  ]);
});

it('registered entities keep their own keys, whatever they are', async () => {
  const { rows } = await given(
    [
      `CREATE TABLE shops AS SELECT 'shop_0' AS entity_id, '0' AS source_id`,
      `INSERT INTO web_entity_identifiers VALUES ('e', 'e', 'shop', 'shop_id', '0', 'seller', TIMESTAMP '2025-01-01')`,
    ],
    {
      nexus: {
        entity_types: { person: {}, shop: { entity_resolution: false, registration_model: 'shops' } },
      },
    },
  );
  expect(await rows('SELECT entity_id FROM nexus_entity_participants')).toEqual([{ entity_id: 'shop_0' }]);
});

describe('an identifier that ties many', () => {
  const crowd = (people: number): string[] =>
    identifiers(
      Array.from({ length: people }, (_, n): Identifier[] => [
        ['email', `p${n}@x.io`],
        ['phone', '555-0100'],
      ]),
    );

  it('is told beyond the threshold, with how many', async () => {
    expect((await given(crowd(21))).findings).toEqual([
      'identifiers that are tied to more others than 20 (nexus.shared_identifier_threshold): 1 (phone "555-0100" 21 others)',
    ]);
    await closeCase();
    expect((await given(crowd(20))).findings).toEqual([]);
    await closeCase();
    const vars = { nexus: { shared_identifier_threshold: 2 } };
    expect((await given(crowd(3), vars)).findings.join()).toContain('phone "555-0100" 3 others');
  });

  it('may be an edge', async () => {
    const vars = { nexus: { shared_identifier_threshold: 2 } };
    const edge: Identifier[] = ['a', 'b', 'c'].map((who) => ['email', `${who}@x.io`]);
    expect((await given(identifiers([edge]), vars)).findings).toEqual([
      'edges that tie more than 2 (nexus.shared_identifier_threshold): 1 (edge_id "edge_person0" 3 identifiers)',
    ]);
  });
});
