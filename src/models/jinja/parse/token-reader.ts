import { type Source, TemplateFault } from '../fault.ts';
import type { Token } from './tokens.ts';

/** Deeper than any person writes, and far from where the stack ends. */
const DEEPEST = 100;

/** Reads the tokens of one tag from left to right. */
export class TokenReader {
  readonly source: Source;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], source: Source) {
    this.source = source;
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', at: this.source.text.length };
  }

  peek(ahead: number): Token | undefined {
    return this.#tokens[this.#index + ahead];
  }

  next(): Token {
    const token = this.current;
    this.#index += 1;
    return token;
  }

  /** Whether the current token is this word or operator. */
  is(text: string): boolean {
    const { kind, text: found } = this.current;
    return (kind === 'operator' || kind === 'name') && found === text;
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#index += 1;
    return true;
  }

  expect(text: string): Token {
    if (this.is(text)) return this.next();
    throw this.fault(`${text} is missing before ${this.#found()}.`);
  }

  name(what: string): string {
    if (this.current.kind !== 'name') throw this.fault(`${what} is missing before ${this.#found()}.`);
    return this.next().text;
  }

  end(tag: string): void {
    if (this.current.kind !== 'end') throw this.fault(`${this.#found()} does not belong in ${tag}.`);
  }

  #found(): string {
    const { kind, text } = this.current;
    if (kind === 'end') return 'the end of the tag';
    return kind === 'string' ? JSON.stringify(text.slice(0, 30)) : `"${text}"`;
  }

  fault(message: string): TemplateFault {
    return new TemplateFault(message, { source: this.source, at: this.current.at });
  }

  /** Runs what may call itself, to a depth that the stack can hold. */
  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw this.fault(`an expression is nested deeper than ${DEEPEST} levels.`);
    const result = parse();
    this.#depth -= 1;
    return result;
  }
}
