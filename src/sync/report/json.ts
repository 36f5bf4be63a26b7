import type { RunAccount } from '../../protocol/run-account.ts';

/** A run in one line of JSON, for a program: docs/summary.schema.json says what is in it. */
export function summaryJson({ series: _, ...summary }: RunAccount): string {
  return JSON.stringify(summary);
}
