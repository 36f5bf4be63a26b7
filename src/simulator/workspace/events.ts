import type { EventRecord } from './records.ts';

/** Beyond so many events only who, what and when are kept, so that a million of them fit in memory. */
const EVENTS_WITH_ATTRIBUTES = 200_000;

export class Events {
  readonly #records: EventRecord[] = [];
  readonly #ids = new Set<string>();
  readonly #byName = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #duplicates = 0;

  get size(): number {
    return this.#records.length;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  all(): readonly EventRecord[] {
    return this.#records;
  }

  countsByName(): Record<string, number> {
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

  clear(): void {
    this.#records.length = 0;
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
