/** `1e20` takes 4 bytes, and 21 digits as JSON.stringify prints it. No other JSON is printed longer than it may come. */
const mostGrowth = 6;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether JSON may have more than `limit` bytes, as it stands or as JSON.stringify prints its values: the slow path
 * measures that, so limits hold for it.
 */
export function mayGrowTo(limit: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > limit) return true;
  // A text never grows: no need to walk over it.
  const isText = bytes[start] === quote && bytes[end - 1] === quote;
  return !isText && (end - start) * mostGrowth > limit && hasExponent(bytes, start, end);
}

/** Whether a number has an exponent. Texts hold many an e; `true` and `false` end in one, so a digit must stand before. */
function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index];
    if (byte === quote) index = endOfText(bytes, index, end);
    else if ((byte === 0x65 || byte === 0x45) && isDigit(bytes[index - 1])) return true;
  }
  return false;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** The quote that ends a text. */
function endOfText(bytes: Uint8Array, at: number, end: number): number {
  let index = at + 1;
  while (index < end && bytes[index] !== quote) index += bytes[index] === backslash ? 2 : 1;
  return index;
}
