const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** The depth at which the operations of `{"batch":[…]}` stand. */
const OPERATIONS = 2;

/**
 * Which operations of `{"batch":[…]}` are longer than `limit`, by their own bytes as they were sent: parsing
 * loses white space and escapes, and those count on the wire.
 */
export function oversizedOperations(body: Buffer, limit: number): ReadonlySet<number> {
  return body.length <= limit ? new Set() : scan(body, limit);
}

/** Where the scan stands: how deep, in which operation, and where that one began. */
interface Place {
  depth: number;
  index: number;
  start: number;
}

function scan(body: Buffer, limit: number): ReadonlySet<number> {
  const oversized = new Set<number>();
  const place: Place = { depth: 0, index: 0, start: 0 };
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = endOfString(body, at);
    else if (isOpener(byte)) open(place, at);
    else if (byte === COMMA && place.depth === OPERATIONS) place.index++;
    else if (isCloser(byte) && place.depth-- === OPERATIONS + 1 && at + 1 - place.start > limit) {
      oversized.add(place.index);
    }
  }
  return oversized;
}

function open(place: Place, at: number): void {
  if (place.depth === OPERATIONS) place.start = at;
  // A new list: only the last one of a body counts, which is `batch` unless someone sends more.
  else if (place.depth === OPERATIONS - 1) place.index = 0;
  place.depth++;
}

/** `{` and `[`, `}` and `]` differ in one bit. */
function isOpener(byte: number): boolean {
  return (byte | 0x20) === 0x7b;
}

function isCloser(byte: number): boolean {
  return (byte | 0x20) === 0x7d;
}

/** The position of the quote that closes the string opened at `open`. */
function endOfString(body: Buffer, open: number): number {
  for (let at = open + 1; at < body.length; at++) {
    const byte = body[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  return body.length;
}
