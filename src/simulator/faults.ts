/** What a server or the network does to one request, or to the next `times` ones. */
export type Fault =
  /** Answered with this status before anything is applied: 401, 408, 413, 429, 500, 502 (HTML), 503 (empty). */
  | { kind: 'status'; status: number; retryAfter?: string | number; times?: number }
  | { kind: 'reset'; when: 'before-body' | 'after-body' | 'after-applying'; times?: number }
  /** Read and never answered. */
  | { kind: 'hang'; times?: number };

/** Switches to set while the simulator runs. They touch the API only, never /simulator. */
export interface Faults {
  /** Taken from the front, one a request. */
  next: Fault[];
  /** Before every answer: a fixed time, or a random one of this range. */
  latencyMs: number | { readonly min: number; readonly max: number };
  /** Until this time (Date.now()) every request's connection is destroyed. */
  downUntil: number;
  /** Every Nth operation is refused in a 207; 0 for none. */
  rejectEvery: number;
}

export function noFaults(latencyMs = 0): Faults {
  return { next: [], latencyMs, downUntil: 0, rejectEvery: 0 };
}

export function clearFaults(faults: Faults): void {
  Object.assign(faults, noFaults());
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
