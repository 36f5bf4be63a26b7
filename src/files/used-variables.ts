/**
 * The environment variables that a configuration of this process has taken values from. They are keys and
 * passwords as a rule, so nothing else may hand them out.
 */
const used = new Set<string>();

export function markUsedVariable(name: string): void {
  used.add(name);
}

/** By its exact name. */
export function isUsedVariable(name: string): boolean {
  return used.has(name);
}
