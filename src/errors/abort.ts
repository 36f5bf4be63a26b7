/** Whether an error only says that a signal has ended what was under way. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
