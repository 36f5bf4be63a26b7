import type { Finding, Severity } from '../finding.ts';
import { attributesOf, type Subject } from '../subject.ts';

/** What an attribute of this name does in Customer.io, by its API description and its page on attributes. */
const persons: Readonly<Record<string, readonly [Severity, string]>> = {
  id: ['info', "sets the person's id"],
  email: ['info', "sets the person's email"],
  phone: ['info', "sets the person's phone for SMS"],
  anonymous_id: ['info', 'ties anonymous events to the person'],
  unsubscribed: ['info', 'stops all messages to the person if it is true'],
  cio_subscription_preferences: ['info', "sets the person's subscriptions to topics"],
  cio_id: ['warning', 'is an id that only Customer.io assigns: it cannot be set'],
  _update: ['warning', 'if it is true, keeps Customer.io from creating a person who does not exist'],
};

const overrides = (what: string): readonly [Severity, string] => [
  'warning',
  `overrides the ${what} of a message that the event starts`,
];
const events: typeof persons = {
  recipient: overrides('recipient'),
  from_address: overrides('sender'),
  reply_to: overrides('reply address'),
};

const reserved: Partial<Record<string, typeof persons>> = { persons, events };

/** Columns whose names mean something to Customer.io. */
export function reservedNames(subject: Subject): Finding[] {
  const meanings = reserved[subject.contract.name] ?? {};
  return attributesOf(subject).flatMap(({ name }) => {
    const [severity, what] = meanings[name] ?? [];
    if (severity === undefined) return [];
    const mend = severity === 'warning' ? { mend: 'Rename the column if you do not want this.' } : {};
    return [
      {
        code: 'reserved_name',
        severity,
        column: name,
        message: `${name} is reserved: it ${what}.`,
        ...mend,
      } as const,
    ];
  });
}
