import type { Json } from '../json.ts';
import type { PersonIdentifiers } from './operation.ts';
import type { PersonRecord } from './records.ts';

export const KINDS = ['id', 'email', 'phone'] as const;
export type Kind = (typeof KINDS)[number];

/** Who is who: people and the indexes by which they are found. */
export class People {
  readonly #byCioId = new Map<string, PersonRecord>();
  readonly #by: Readonly<Record<Kind, Map<string, PersonRecord>>> = {
    id: new Map(),
    email: new Map(),
    phone: new Map(),
  };
  readonly #suppressed = new Set<string>();
  #created = 0;

  get size(): number {
    return this.#byCioId.size;
  }

  all(): Iterable<PersonRecord> {
    return this.#byCioId.values();
  }

  find(identifiers: PersonIdentifiers): PersonRecord | undefined {
    if (identifiers.cio_id !== undefined) return this.#byCioId.get(identifiers.cio_id);
    const [kind, value] = identifying(identifiers) ?? [];
    return kind && this.owner(kind, value);
  }

  owner(kind: Kind, value: Json | undefined): PersonRecord | undefined {
    return this.#by[kind].get(indexKey(kind, value));
  }

  /** The person, made if need be. Nobody for an unknown cio_id ("we'll drop the request") or a suppressed one. */
  findOrCreate(identifiers: PersonIdentifiers): PersonRecord | undefined {
    const known = this.find(identifiers);
    if (known !== undefined) return known;
    const [kind, value] = identifying(identifiers) ?? [];
    if (kind === undefined || this.isSuppressed(kind, value)) return undefined;
    const person: PersonRecord = {
      cioId: (++this.#created).toString(16).padStart(12, 'a00000000000'),
      attributes: new Map(),
      relationships: new Map(),
      devices: new Set(),
      updatedAt: 0,
    };
    this.#byCioId.set(person.cioId, person);
    this.assign(person, kind, value);
    return person;
  }

  /** Gives the person this identifier in place of the one held before; null takes it away. */
  assign(person: PersonRecord, kind: Kind, value: Json | undefined): void {
    this.#release(person, kind);
    if (value === null || value === undefined || value === '') return;
    person.attributes.set(kind, String(value));
    this.#by[kind].set(indexKey(kind, value), person);
  }

  remove(person: PersonRecord): void {
    for (const kind of KINDS) this.#release(person, kind);
    this.#byCioId.delete(person.cioId);
  }

  suppress(identifiers: PersonIdentifiers, person: PersonRecord | undefined): void {
    for (const [kind, value] of [identifying(identifiers), ...held(person)].filter(
      (pair) => pair !== undefined,
    )) {
      this.#suppressed.add(suppressedKey(kind, value));
    }
  }

  unsuppress(identifiers: PersonIdentifiers): void {
    const pair = identifying(identifiers);
    if (pair !== undefined) this.#suppressed.delete(suppressedKey(...pair));
  }

  isSuppressed(kind: Kind, value: Json | undefined): boolean {
    return this.#suppressed.size > 0 && this.#suppressed.has(suppressedKey(kind, value));
  }

  clear(): void {
    this.#byCioId.clear();
    this.#suppressed.clear();
    for (const kind of KINDS) this.#by[kind].clear();
    this.#created = 0;
  }

  #release(person: PersonRecord, kind: Kind): void {
    const held = person.attributes.get(kind);
    if (held === undefined) return;
    person.attributes.delete(kind);
    const key = indexKey(kind, held);
    if (this.#by[kind].get(key) === person) this.#by[kind].delete(key);
  }
}

/** "`email` is case-insensitive"; ids are not. */
export function indexKey(kind: Kind, value: Json | undefined): string {
  return kind === 'email' ? String(value).toLowerCase() : String(value);
}

export function identifying(identifiers: PersonIdentifiers): [Kind, string] | undefined {
  if (identifiers.id !== undefined) return ['id', identifiers.id];
  if (identifiers.email !== undefined) return ['email', identifiers.email];
  return identifiers.phone === undefined ? undefined : ['phone', identifiers.phone];
}

function held(person: PersonRecord | undefined): [Kind, Json][] {
  return KINDS.flatMap((kind): [Kind, Json][] => {
    const value = person?.attributes.get(kind);
    return value === undefined ? [] : [[kind, value]];
  });
}

function suppressedKey(kind: Kind, value: Json | undefined): string {
  return `${kind}:${indexKey(kind, value)}`;
}
