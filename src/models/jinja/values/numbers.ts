/**
 * Python's numbers, since that is what dbt prints: whole ones are `bigint` and have no greatest value, all others
 * are `number`.
 */

/** As Python's `repr` prints a float: https://docs.python.org/3/library/functions.html#repr */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return plainFloat(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
}

/** With so many digits behind the point, at most 70. What lies exactly between two numbers becomes the even one, as in Python. */
export function fixedText(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const nearest = value.toFixed(digits);
  if (!/^50*$/.test(value.toFixed(digits + 30).slice(-30)) || !/[13579]$/.test(nearest)) return nearest;
  // JavaScript has gone away from zero, to an odd digit: the one below it is even.
  return `${nearest.slice(0, -1)}${Number(nearest.slice(-1)) - 1}`;
}

/** JavaScript spells these without an exponent, but those below 1e-6. */
function plainFloat(value: number): string {
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
