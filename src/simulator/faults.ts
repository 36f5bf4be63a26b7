/**
 * Where a connection breaks: in the middle of the request's body too, and in the middle of the answer, whose
 * operations are then applied.
 */
export const resets = ['before-body', 'in-body', 'after-body', 'after-applying', 'in-answer'] as const;
export type Reset = (typeof resets)[number];

/** What a server or the network does to one request, or to the next `times` ones. */
export type Fault =
  /** Answered with this status before anything is applied: 200 and 502 (HTML), 401, 408, 413, 429, 500, 503 (empty). */
  | { kind: 'status'; status: number; retryAfter?: string | number; times?: number }
  | { kind: 'reset'; when: Reset; times?: number }
  /** Read and never answered. */
  | { kind: 'hang'; times?: number };

/** Switches to set while the simulator runs. They touch the API only, never /simulator. */
export interface Faults {
  /** Taken from the front, one a request. */
  next: Fault[];
  /** Batches only: every Nth suffers the next of these, in turn, for as long as it is set. */
  storm: Storm | undefined;
  /** Before every answer: a fixed time, or a random one of this range. */
  latencyMs: number | { readonly min: number; readonly max: number };
  /** What is not answered when its client goes is not applied either; else it is, as if the client were there. */
  dropAbandoned: boolean;
  /** Until this time (Date.now()) every request's connection is destroyed. */
  downUntil: number;
  /** Every Nth operation is refused in a 207; 0 for none. */
  rejectEvery: number;
}

export interface Storm {
  readonly every: number;
  readonly of: readonly Fault[];
  /** Batches that have come since it was set. */
  readonly seen?: number;
}

export function noFaults(latencyMs = 0): Faults {
  return { next: [], storm: undefined, latencyMs, dropAbandoned: false, downUntil: 0, rejectEvery: 0 };
}

export function clearFaults(faults: Faults): void {
  Object.assign(faults, noFaults());
}

/** The fault of the next batch, which is counted. */
export function stormFault(faults: Faults): Fault | undefined {
  const { storm } = faults;
  if (storm === undefined) return undefined;
  const seen = (storm.seen ?? 0) + 1;
  faults.storm = { ...storm, seen };
  return seen % storm.every === 0 ? storm.of[(seen / storm.every - 1) % storm.of.length] : undefined;
}

/** The fault of this request, counted down. */
export function takeFault(faults: Faults): Fault | undefined {
  const fault = faults.next[0];
  if (fault === undefined) return undefined;
  const left = (fault.times ?? 1) - 1;
  if (left > 0) faults.next[0] = { ...fault, times: left };
  else faults.next.shift();
  return fault;
}

export function latency(faults: Faults): number {
  const { latencyMs } = faults;
  if (typeof latencyMs === 'number') return latencyMs;
  return latencyMs.min + Math.random() * (latencyMs.max - latencyMs.min);
}
