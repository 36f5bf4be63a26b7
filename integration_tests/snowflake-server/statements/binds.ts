import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import type { Token } from './tokens.ts';

const value = z.string().nullable();

/** The values of a statement's placeholders as the driver sends them: as text, with the type that it guessed. */
export const bindings = z.record(
  z.string(),
  z.object({ type: z.string(), value: z.union([value, z.array(value)]) }),
);

type Bindings = z.infer<typeof bindings>;

/** One row of binds: SQL literals by the placeholder's number. */
export type Literals = ReadonlyMap<string, string>;

const types: Readonly<Record<string, string>> = {
  FIXED: 'DECIMAL(38,0)',
  REAL: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  VARIANT: 'JSON',
};

function literal(type: string, text: string | null): string {
  const quoted = text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
  return `CAST(${quoted} AS ${types[type] ?? 'VARCHAR'})`;
}

/** The rows of an array binding; one row where the values are single. */
export function literalRows(binds: Bindings): Literals[] {
  const entries = Object.entries(binds);
  const rows = Math.max(1, ...entries.map(([, bind]) => (Array.isArray(bind.value) ? bind.value.length : 1)));
  return Array.from(
    { length: rows },
    (_, row) =>
      new Map(
        entries.map(([number, { type, value }]) => [
          number,
          literal(type, Array.isArray(value) ? (value[row] ?? null) : value),
        ]),
      ),
  );
}

const isDigits = (token: Token | undefined): token is Token =>
  token?.kind === 'other' && /^\d+$/.test(token.text);

/** Literals in the place of `?` and `:1`. @throws Refusal for a placeholder without a value */
export function bound(tokens: readonly Token[], literals: Literals): Token[] {
  let seen = 0;
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'other') return [token];
    // A digit behind a colon belongs to it.
    if (isDigits(token) && tokens[index - 1]?.text === ':') return [];
    const next = tokens[index + 1];
    const number =
      token.text === '?' ? String(++seen) : token.text === ':' && isDigits(next) ? next.text : '';
    if (number === '') return [token];
    const text = literals.get(number);
    if (text === undefined) {
      throw new Refusal('002049', `SQL compilation error:\nBind variable :${number} not set.`, '42601');
    }
    return [{ kind: 'other', text } as const];
  });
}
