import type { Simulator } from '../../../src/simulator/server.ts';
import type { Chance } from '../chance.ts';

/** What goes wrong in the middle of a transfer. */
export interface Trouble {
  readonly name: string;
  /** The source fails before this message of it. */
  readonly sourceFails?: number;
  /** The destination dies before this message of it. */
  readonly destinationDies?: number;
  /** Somebody asks it to stop at this message of the source. */
  readonly isStopped?: number;
  /** Customer.io goes away after so many answers, the first of which are lost on their way. */
  readonly goesAway?: number;
}

export function troubleOf(chance: Chance): Trouble {
  const kind = chance.below(4);
  if (kind === 0) return { name: 'the source fails', sourceFails: chance.below(30) };
  if (kind === 1) return { name: 'the destination dies', destinationDies: chance.below(8) };
  if (kind === 2) return { name: 'it is stopped', isStopped: chance.below(30) };
  return { name: 'Customer.io is away', goesAway: chance.below(4) };
}

/** Messages up to the nth, before which something happens: an error, unless it is given. */
export async function* upTo<T>(
  messages: AsyncIterable<T>,
  nth: number | undefined,
  happen: () => void = fail,
): AsyncGenerator<T> {
  let count = 0;
  for await (const message of messages) {
    if (count === nth) happen();
    count += 1;
    yield message;
  }
}

function fail(): never {
  throw new Error('The test stops here.');
}

/** Lets Customer.io go away for as long as something takes. */
export async function away(
  { faults }: Simulator,
  { goesAway }: Trouble,
  during: () => Promise<unknown>,
): Promise<void> {
  if (goesAway !== undefined) {
    const lost = Array.from({ length: goesAway }, () => ({ kind: 'reset', when: 'after-applying' }) as const);
    faults.next = [...lost, { kind: 'status', status: 503, times: 2 }];
  }
  await during().catch(() => undefined);
  faults.next = [];
}
