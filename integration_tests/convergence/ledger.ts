import { foldedEmail, type Happening, type World } from './world/world.ts';

/** An event as Customer.io shows it; its time in unix seconds, undefined where it is that of the sync. */
export interface Version {
  readonly name: string;
  readonly type: string;
  readonly source: string;
  readonly at: number | undefined;
}

/** What was true of one event on some day. */
interface Past {
  readonly versions: Version[];
  /** The people who had it, by email. */
  readonly people: Set<string>;
  /** Whether several who are there at once have had it: each may keep a copy. */
  isShared: boolean;
}

/** What the warehouse said of events, day by day: Customer.io keeps what it was told. */
export class Ledger {
  readonly #events = new Map<string, Past>();
  /** Everyone who was ever there, by email. */
  readonly #people = new Set<string>();
  #now = new Set<string>();

  /** Takes down a day that a sync may see. */
  note(world: World): void {
    const emails = new Map(
      Array.from(world.people.values(), (person) => [person.id, foldedEmail(person)] as const),
    );
    this.#now = new Set([...emails.values()].filter((email) => email !== undefined));
    for (const email of this.#now) this.#people.add(email);
    const people = Map.groupBy(world.participations, ({ event }) => event);
    for (const event of world.events.values()) {
      const those = (people.get(event.id) ?? []).flatMap(({ person }) => emails.get(person) ?? []);
      this.#noteEvent(event, new Set(those), world);
    }
  }

  #noteEvent(event: Happening, people: ReadonlySet<string>, { facts }: World): void {
    const past: Past = this.#events.get(event.id) ?? { versions: [], people: new Set(), isShared: false };
    this.#events.set(event.id, past);
    const { name, type, source, at } = event;
    // One without a time, of the future or of before 1970 happens when it is sent.
    const isDated = at !== null && at > 0 && at <= facts.start;
    past.versions.push({ name, type, source, at: isDated ? Math.floor(at / 1000) : undefined });
    for (const person of people) past.people.add(person);
    const living = [...past.people].filter((person) => this.#now.has(person));
    if (people.size > 0 && living.length > 1) past.isShared = true;
  }

  /** Whether the event was once so. */
  was(event: string, version: Version): boolean {
    const past = this.#events.get(event)?.versions ?? [];
    return past.some(
      ({ name, type, source, at }) =>
        name === version.name &&
        type === version.type &&
        source === version.source &&
        (at === undefined || at === version.at),
    );
  }

  /** How often a person may have the event. */
  mostCopies(event: string): number {
    const past = this.#events.get(event);
    return past?.isShared ? past.people.size : 1;
  }

  /** Whether the person, or one who is there no more and may have become them, once had the event. */
  mayHave(person: string, event: string): boolean {
    const people = this.#events.get(event)?.people ?? new Set();
    return people.has(person) || [...people].some((each) => !this.#now.has(each));
  }

  wasThere(person: string): boolean {
    return this.#people.has(person);
  }
}
