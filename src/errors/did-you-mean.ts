/** How many letters must be typed, dropped or changed to make one text of the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The candidates that a person may have meant, nearest first, three at most. */
export function nearMatches(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  // Two letters swapped are two edits, so even a short name gets two.
  const allowed = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: closeness(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** The end of an error's sentence: ` Did you mean "x" or "y"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const near = nearMatches(name, candidates).map((match) => `"${match}"`);
  return near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
}

/** A name with a part left off (`persons` for `customer_io_persons`) is near, though many letters are missing. */
function closeness(wanted: string, candidate: string): number {
  const distance = editDistance(wanted, candidate);
  const isPart = wanted.length >= 4 && candidate.split('_').length > 1 && candidate.endsWith(`_${wanted}`);
  return isPart ? Math.min(distance, 1) : distance;
}
