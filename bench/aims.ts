/** A ratio that a bench is held to. */
export interface Aim {
  readonly what: string;
  /** NaN where one of its sides was not measured: the aim is then left out. */
  readonly ratio: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a line of an aim begins with; `all.ts` counts them. */
export const marks = { met: '✓', missed: '✗' } as const;

/** `✓ what 0.92  aim: at least 0.85`; empty where the aim was not measured. */
export function aimLine({ what, ratio, atLeast, atMost }: Aim): string {
  if (Number.isNaN(ratio)) return '';
  const met = (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost);
  const aim = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return `${met ? marks.met : marks.missed} ${what.padEnd(44)} ${ratio.toFixed(2).padStart(7)}  aim: ${aim}\n`;
}
