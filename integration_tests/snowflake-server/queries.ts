import { randomUUID } from 'node:crypto';
import type { Fault } from './faults.ts';
import { Refusal } from './refusal.ts';
import { resultData, type StoredResult, withoutLastRow } from './results.ts';

type Status = 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR';

interface Query {
  readonly result: Promise<StoredResult>;
  status: Status;
  /** How often the chunks' addresses were given out, and from which time on they still work. */
  round: number;
  valid: number;
  /** What an address that has run out answers. */
  refusal: number;
}

/** An answer to a chunk's address: its body, or the status that a storage gives. */
export type ChunkAnswer = { readonly body: Buffer; readonly cut: boolean } | { readonly status: number };

/** The statements that were sent, and what becomes of their results. */
export class Queries {
  readonly #queries = new Map<string, Query>();

  /** Begins a statement; its failure is told to those who ask for its result. */
  begin(result: Promise<StoredResult>): string {
    const id = randomUUID();
    const query: Query = { result, status: 'RUNNING', round: 0, valid: 0, refusal: 403 };
    this.#queries.set(id, query);
    result.then(
      () => {
        query.status = 'SUCCESS';
      },
      () => {
        query.status = 'FAILED_WITH_ERROR';
      },
    );
    return id;
  }

  status(id: string): Status | undefined {
    return this.#queries.get(id)?.status;
  }

  /** The `data` of a result, with new addresses of its chunks. @throws Refusal */
  async data(id: string, origin: string): Promise<Record<string, unknown>> {
    const query = this.#queries.get(id);
    if (query === undefined) throw new Refusal('000709', `Statement ${id} not found`, '02000');
    query.round += 1;
    return resultData(await query.result, { id, origin, round: query.round });
  }

  async chunk(id: string, index: number, round: number, fault: Fault | undefined): Promise<ChunkAnswer> {
    const query = this.#queries.get(id);
    const chunk = (await query?.result)?.chunks[index];
    if (query === undefined || chunk === undefined) return { status: 404 };
    if (fault?.kind === 'expire') Object.assign(query, { valid: query.round + 1, refusal: fault.status });
    if (round < query.valid) return { status: query.refusal };
    const { body } = fault?.kind === 'short' ? withoutLastRow(chunk) : chunk;
    const end = fault?.kind === 'half' ? body.length / 2 : body.length;
    return { body: body.subarray(0, end), cut: fault?.kind === 'cut' };
  }
}
