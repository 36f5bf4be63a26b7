/** Adds one to a name's count. A name beyond the bound is counted as `others`, or not at all where that is not given. */
export function countName(counts: Map<string, number>, name: string, most: number, others?: string): void {
  const known = counts.has(name) || counts.size < most ? name : others;
  if (known !== undefined) counts.set(known, (counts.get(known) ?? 0) + 1);
}
