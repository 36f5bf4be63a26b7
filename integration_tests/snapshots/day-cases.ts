/** What happens to a stream's tables from day to day, and what each day's sync then sends, in order. */
export interface DayCase {
  readonly name: string;
  readonly streams: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
  readonly days: readonly (readonly [changes: readonly string[], told: readonly string[]])[];
}

const person = (id: string, day: number, name = id, plan = `'x'`): string =>
  `INSERT INTO "p" VALUES ('${id}', '2024-01-0${day}', '${name}', ${plan})`;
const entity = (id: string, day: number, of: string): string =>
  `INSERT INTO "q" VALUES ('${id}', '2024-01-0${day}', 'n', '${of}')`;
const event = (id: string, user: string, day: number, name = id): string =>
  `INSERT INTO "e" VALUES ('${id}', '${user}', '2024-01-0${day}', '${name}', '1')`;
const relationship = (object: string, user: string, role: string, level: string): string =>
  `INSERT INTO "r" VALUES ('${object}', '1', '${user}', '2024-01-01', ${role}, ${level})`;

const abc = [person('a', 1), person('b', 2), person('c', 3)];
const relation = (name: string) => ({ from: 'relation', name });
const persons = ['persons'];

export const dayCases: readonly DayCase[] = [
  {
    name: 'rows that come late, change, leave and come back',
    streams: persons,
    days: [
      [abc, ['a', 'b', 'c']],
      [[person('d', 1)], ['d']],
      [[`UPDATE "p" SET "name" = 'B' WHERE "userId" = 'b'`], ['b']],
      [[`DELETE FROM "p" WHERE "userId" = 'b'`], ['b left']],
      [[person('b', 2)], ['b']],
      [[], []],
    ],
  },
  {
    name: 'a value that became NULL, and one that came back',
    streams: persons,
    days: [
      [abc, ['a', 'b', 'c']],
      [[`UPDATE "p" SET "plan" = NULL, "name" = NULL WHERE "userId" = 'b'`], ['b without name and plan']],
      [[`UPDATE "p" SET "plan" = 'y' WHERE "userId" = 'b'`], ['b']],
      [[`UPDATE "p" SET "plan" = NULL WHERE "userId" = 'b'`], ['b without plan']],
    ],
  },
  {
    name: 'a table that was built anew in another order',
    streams: persons,
    days: [
      [abc, ['a', 'b', 'c']],
      [[`DELETE FROM "p"`, ...abc.toReversed()], []],
    ],
  },
  {
    name: 'columns that do not count',
    streams: persons,
    more: { changes: { ignore: ['plan'] } },
    days: [
      [abc, ['a', 'b', 'c']],
      [[`UPDATE "p" SET "plan" = 'z'`], []],
      [[`UPDATE "p" SET "name" = 'z' WHERE "userId" = 'a'`], ['a']],
    ],
  },
  {
    name: 'a key in any case and with blanks around it',
    streams: persons,
    days: [
      [[person('A@x.io', 1)], ['A@x.io']],
      [[`UPDATE "p" SET "userId" = ' a@x.io '`], [' a@x.io ']],
      [[], []],
    ],
  },
  {
    name: 'a key that repeats',
    streams: persons,
    days: [
      [
        [person('a', 1, 'one'), person('a', 2, 'two'), person('b', 1)],
        ['a', 'b', 'a'],
      ],
      [[], []],
      [[`UPDATE "p" SET "name" = 'three' WHERE "name" = 'two'`], ['a', 'a']],
      [[`DELETE FROM "p" WHERE "name" = 'one'`], ['a']],
      [[], []],
      [[`DELETE FROM "p" WHERE "userId" = 'a'`], ['a left']],
    ],
  },
  {
    name: 'a key in two models',
    streams: persons,
    more: { persons: [relation('p'), relation('q')] },
    days: [
      [
        [person('a', 1), entity('a', 2, 'e1'), person('b', 1)],
        ['a', 'b', 'a'],
      ],
      [[`DELETE FROM "p" WHERE "userId" = 'a'`], ['a without plan']],
      [
        [`DELETE FROM "q" WHERE "userId" = 'a'`, entity('z', 3, 'e9')],
        ['a left', 'z'],
      ],
    ],
  },
  {
    name: 'an empty model',
    streams: persons,
    more: { persons: [relation('p'), relation('q')] },
    days: [
      [
        [...abc, entity('z', 4, 'e9')],
        ['a', 'b', 'c', 'z'],
      ],
      [[`DELETE FROM "q"`], []],
      [[`DELETE FROM "p" WHERE "userId" = 'c'`], ['c left']],
    ],
  },
  {
    name: 'rows without a time',
    streams: persons,
    days: [
      [[`INSERT INTO "p" VALUES ('u', NULL, 'u', 'x')`], ['u']],
      [[], []],
      [[`UPDATE "p" SET "name" = 'U'`], ['u']],
    ],
  },
  {
    name: 'a person who got another userId',
    streams: persons,
    more: { persons: [relation('q')] },
    days: [
      [
        [entity('a', 1, 'e1'), entity('b', 2, 'e2')],
        ['a', 'b'],
      ],
      [[`UPDATE "q" SET "userId" = 'a2' WHERE "userId" = 'a'`], ['a2', 'a without name', 'a is a2']],
      // Once more, since a merge may have come before the one whom it merges into.
      [[], ['a is a2']],
      [[], []],
    ],
  },
  {
    name: 'an object',
    streams: ['objects'],
    days: [
      [
        [
          `INSERT INTO "o" VALUES ('s1', '1', '2024-01-01', 'one')`,
          `INSERT INTO "o" VALUES ('s2', '1', '2024-01-01', 'two')`,
        ],
        ['s1', 's2'],
      ],
      [[`UPDATE "o" SET "name" = NULL WHERE "groupId" = 's1'`], ['s1 without name']],
      [[`DELETE FROM "o" WHERE "groupId" = 's2'`], ['s2 left']],
    ],
  },
  {
    name: 'the attributes of a relationship',
    streams: ['relationships'],
    days: [
      [
        [relationship('s1', 'a', `'buyer'`, `'1'`), relationship('s2', 'a', `'buyer'`, 'NULL')],
        ['s1/a', 's2/a'],
      ],
      [[`UPDATE "r" SET "level" = NULL WHERE "groupId" = 's1'`], ['s1/a without level']],
      [[`UPDATE "r" SET "role" = NULL`], ['s1/a without role', 's2/a without role']],
      [[`DELETE FROM "r" WHERE "groupId" = 's2'`], ['s2/a left']],
    ],
  },
  {
    name: 'events that come late, change, and leave',
    streams: ['events'],
    days: [
      [
        [event('1', 'a', 3, 'bought'), event('2', 'b', 4, 'paid')],
        ['bought/a', 'paid/b'],
      ],
      [[event('3', 'b', 1, 'late')], ['late/b']],
      [[`UPDATE "e" SET "price" = '2' WHERE "event_id" = '1'`], []],
      [[`UPDATE "e" SET "timestamp" = '2024-02-01' WHERE "event_id" = '1'`], []],
      [[`DELETE FROM "e" WHERE "event_id" = '1'`], []],
      [[event('1', 'a', 3, 'bought')], []],
    ],
  },
  {
    name: 'an event that turned out to be of another person',
    streams: ['events'],
    days: [
      [[event('1', 'a', 3, 'bought')], ['bought/a']],
      [[`UPDATE "e" SET "userId" = 'b'`], ['bought/b']],
      [[], []],
      [[`UPDATE "e" SET "userId" = 'a'`], []],
    ],
  },
];
