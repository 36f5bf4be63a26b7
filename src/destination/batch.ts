import type { Ticket } from './ledger.ts';
import { limits } from './limits.ts';
import type { Operation } from './operation.ts';

/** An operation on its way, and the record that it settles. */
export interface Parcel {
  readonly operation: Operation;
  readonly ticket: Ticket;
}

const head = '{"batch":[';
const tail = ']}';
const envelope = head.length + tail.length;

/** Packs operations into bodies of at most 500,000 bytes, envelope and commas included, in order. */
export interface Packer {
  /** The parcels of a full batch where this one did not fit beside them, else undefined. */
  add(parcel: Parcel): readonly Parcel[] | undefined;
  /** What is packed so far, emptied. */
  seal(): readonly Parcel[];
  readonly size: number;
}

export function packer(limit: number = limits.batch): Packer {
  let parcels: Parcel[] = [];
  // Documented as "smaller than 500kb": the limit itself is not reached.
  let bytes = envelope;
  const seal = (): readonly Parcel[] => {
    const sealed = parcels;
    parcels = [];
    bytes = envelope;
    return sealed;
  };
  return {
    add(parcel) {
      const more = parcel.operation.bytes + (parcels.length === 0 ? 0 : 1);
      const full = parcels.length > 0 && bytes + more >= limit ? seal() : undefined;
      bytes += parcel.operation.bytes + (parcels.length === 0 ? 0 : 1);
      parcels.push(parcel);
      return full;
    },
    seal,
    get size() {
      return parcels.length;
    },
  };
}

/** The body of a request; the operations are joined as they were serialised, never again. */
export function bodyOf(parcels: readonly Parcel[]): Buffer {
  return Buffer.from(`${head}${parcels.map((parcel) => parcel.operation.body).join(',')}${tail}`);
}
