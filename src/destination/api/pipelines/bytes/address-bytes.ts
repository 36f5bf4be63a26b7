const [at, dot, hyphen] = [0x40, 0x2e, 0x2d];

/** Letters and digits, in either case. */
const isAlphanumeric = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);

/** What usually stands before the @: letters, digits and `.+-_`. */
const isUsual = (byte: number): boolean =>
  isAlphanumeric(byte) || byte === dot || byte === hyphen || byte === 0x2b || byte === 0x5f;

/** Whether bytes are an email address of the usual spelling. Others may be one: `isEmailAddress` knows. */
export function isUsualAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let index = start;
  while (index < end && isUsual(bytes[index] ?? 0)) index += 1;
  return index > start && bytes[index] === at && isHost(bytes, index + 1, end);
}

/** Two labels or more with dots between, each of letters, digits and inner hyphens. */
function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let labels = 0;
  for (let index = start; index <= end; index += 1) {
    const length = labelLength(bytes, index, end);
    if (length === 0) return false;
    labels += 1;
    index += length;
    if (index < end && bytes[index] !== dot) return false;
    if (index === end - 1) return false;
  }
  return labels > 1;
}

function labelLength(bytes: Uint8Array, start: number, end: number): number {
  let index = start;
  while (index < end && (isAlphanumeric(bytes[index] ?? 0) || bytes[index] === hyphen)) index += 1;
  const isBare = index > start && bytes[start] !== hyphen && bytes[index - 1] !== hyphen;
  return isBare ? index - start : 0;
}
