import type { EventRecord, PersonRecord } from './records.ts';

/** Beyond so many events only who, what and when are kept, so that a million of them fit in memory. */
const EVENTS_WITH_ATTRIBUTES = 200_000;

export class Events {
  #records: EventRecord[] = [];
  /** People whose events are still among the records, and go with them. */
  readonly #gone = new Set<PersonRecord>();
  readonly #ids = new Set<string>();
  readonly #byName = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #duplicates = 0;

  get size(): number {
    return this.all().length;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  all(): readonly EventRecord[] {
    if (this.#gone.size > 0) this.#forgetGone();
    return this.#records;
  }

  countsByName(): Record<string, number> {
    if (this.#gone.size > 0) this.#forgetGone();
    return Object.fromEntries(this.#byName);
  }

  /** "A valid ULID used to deduplicate events"; ULIDs do not know case. */
  isRepeated(id: string | undefined): boolean {
    if (id === undefined) return false;
    const key = id.toUpperCase();
    const before = this.#ids.size;
    this.#ids.add(key);
    if (this.#ids.size > before) return false;
    this.#duplicates++;
    return true;
  }

  add(event: EventRecord): void {
    const keep = this.#records.length < EVENTS_WITH_ATTRIBUTES;
    const name = this.#shared(event.name);
    this.#records.push({ ...event, name, attributes: keep ? event.attributes : undefined });
    this.#byName.set(name, (this.#byName.get(name) ?? 0) + 1);
  }

  /** A deleted person's history goes too. The ids stay known: an event that is sent again is a repeated one. */
  forget(person: PersonRecord): void {
    this.#gone.add(person);
  }

  #forgetGone(): void {
    const kept = this.#records.filter(({ person }) => !this.#gone.has(person));
    for (const { person, name } of this.#records) {
      if (this.#gone.has(person)) this.#byName.set(name, (this.#byName.get(name) ?? 0) - 1);
    }
    for (const [name, count] of this.#byName) if (count === 0) this.#byName.delete(name);
    this.#records = kept;
    this.#gone.clear();
  }

  clear(): void {
    this.#records.length = 0;
    this.#gone.clear();
    this.#duplicates = 0;
    for (const held of [this.#ids, this.#byName, this.#names]) held.clear();
  }

  /** One string for all events of a name, instead of one each. */
  #shared(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }
}
