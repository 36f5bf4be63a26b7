/** An answer of `success: false` with Snowflake's own code. */
export class Refusal extends Error {
  readonly code: string;
  readonly sqlState: string | undefined;

  constructor(code: string, message: string, sqlState?: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

const texts: readonly (readonly [RegExp, (match: RegExpExecArray) => Refusal])[] = [
  [
    /Could not convert string ["'](.*)["'] to DECIMAL/s,
    (match) => new Refusal('100038', `Numeric value '${match[1]}' is not recognized`, '22018'),
  ],
  [
    /Table with name (\S+) does not exist/,
    (match) =>
      new Refusal(
        '002003',
        `SQL compilation error:\nObject '${match[1]}' does not exist or not authorized.`,
        '42S02',
      ),
  ],
  [
    /Referenced column "([^"]*)" not found/,
    (match) =>
      new Refusal(
        '000904',
        `SQL compilation error: error line 1 at position 7\ninvalid identifier '${match[1]}'`,
        '42000',
      ),
  ],
  [
    /Parser Error: syntax error at or near "([^"]*)"/,
    (match) =>
      new Refusal(
        '001003',
        `SQL compilation error:\nsyntax error line 1 at position 0 unexpected '${match[1]}'.`,
        '42000',
      ),
  ],
];

const writing =
  /^\s*(?:CREATE(?!\s+(?:OR\s+REPLACE\s+)?TEMP)|INSERT|UPDATE|DELETE|DROP|ALTER\s+(?!SESSION))/i;

/** @throws Refusal for a statement that writes what lasts */
export function requireReading(sql: string): void {
  if (!writing.test(sql)) return;
  throw new Refusal(
    '003001',
    'SQL access control error:\nInsufficient privileges to operate on the database or schema',
    '42501',
  );
}

/** DuckDB's error as Snowflake would word it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const text = error instanceof Error ? error.message : String(error);
  for (const [pattern, refusal] of texts) {
    const match = pattern.exec(text);
    if (match !== null) return refusal(match);
  }
  return new Refusal('000000', text, '42000');
}
