/**
 * Keys as numbers: operations with one key take one lane and keep their order. FNV-1a over UTF-16 units, so that
 * a key of ASCII gives the same number from its text and from its bytes.
 */

const prime = 0x01000193;

const noKey = 0x811c9dc5;

export function keyOfText(text: string, before: number = noKey): number {
  let hash = before;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  }
  return hash;
}

export const keyOfByte = (byte: number, before: number): number => Math.imul(before ^ byte, prime);

export const laneOf = (key: number, lanes: number): number => (key >>> 0) % lanes;
