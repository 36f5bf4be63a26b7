import { TemplateFault } from './fault.ts';
import type { Limits } from './limits.ts';
import { Tuple, type Value, ValueSet } from './values/values.ts';

const DEEPEST = 100;

/**
 * Counts what a walk over a value costs, before it is taken: a list of a few lists may hold one of them so often
 * that all of it, written out, fits nowhere.
 */
export function weigh(value: Value, limits: Limits, depth = 0): void {
  if (depth > DEEPEST) {
    throw new TemplateFault('a list or map that is nested so deeply, or holds itself, cannot be printed.');
  }
  limits.work(typeof value === 'string' ? 1 + value.length / 64 : 1);
  if (Array.isArray(value)) for (const item of value) weigh(item, limits, depth + 1);
  else if (value instanceof Tuple || value instanceof ValueSet) {
    for (const item of value.items) weigh(item, limits, depth + 1);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      weigh(key, limits, depth + 1);
      weigh(item, limits, depth + 1);
    }
  }
}
