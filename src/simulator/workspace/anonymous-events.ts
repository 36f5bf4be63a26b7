import type { Events } from './events.ts';
import type { People } from './people.ts';
import type { EventRecord, PersonRecord } from './records.ts';

export type OwnerlessEvent = Omit<EventRecord, 'person'>;

/** Events of people who are known by anonymous id only: they wait until an identify names it. */
export class AnonymousEvents {
  readonly #waiting = new Map<string, OwnerlessEvent[]>();
  readonly #owners = new Map<string, string>();

  add(anonymousId: string, event: OwnerlessEvent, people: People, events: Events): void {
    if (events.isRepeated(event.id)) return;
    const cioId = this.#owners.get(anonymousId);
    const person = cioId === undefined ? undefined : people.find({ cio_id: cioId });
    if (person !== undefined) events.add({ ...event, person });
    else this.#waiting.set(anonymousId, [...(this.#waiting.get(anonymousId) ?? []), event]);
  }

  /** "When you identify a person and associate an anonymousId with a userId, we'll associate past, anonymous activity." */
  claim(anonymousId: string, person: PersonRecord, events: Events): void {
    this.#owners.set(anonymousId, person.cioId);
    for (const event of this.#waiting.get(anonymousId) ?? []) events.add({ ...event, person });
    this.#waiting.delete(anonymousId);
  }

  clear(): void {
    this.#waiting.clear();
    this.#owners.clear();
  }
}
