/** A DuckDB type as a tree; what is inside of brackets never decides what the type is. */
export type DuckdbType =
  | { readonly kind: 'scalar'; readonly name: string; readonly sizes: readonly number[] }
  | { readonly kind: 'list'; readonly item: DuckdbType }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'map'; readonly key: DuckdbType; readonly value: DuckdbType }
  | { readonly kind: 'union'; readonly members: readonly Field[] };

/** A member of a STRUCT or UNION. Those of a tuple have no name. */
export interface Field {
  readonly name: string | undefined;
  readonly type: DuckdbType;
}

const tokens = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*|\d+|[^\s]/gu;

const isWord = (token: string): boolean => /^[\p{L}_]/u.test(token);
const isName = (token: string | undefined): token is string =>
  token !== undefined && (isWord(token) || token.startsWith('"'));
const unquoted = (name: string): string =>
  name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;

/** Reads the types as DESCRIBE writes them. */
class TypeText {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(tokens) ?? [];
  }

  /** The type, if the text is one and no more. */
  whole(): DuckdbType | undefined {
    const type = this.#type();
    return this.#at === this.#tokens.length ? type : undefined;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #type(): DuckdbType | undefined {
    let type = this.#withoutBrackets();
    while (type !== undefined && this.#takes('[')) {
      if (!this.#takes(']')) this.#at += 2;
      type = { kind: 'list', item: type };
    }
    return type;
  }

  #withoutBrackets(): DuckdbType | undefined {
    const words: string[] = [];
    for (let token = this.#tokens[this.#at]; isName(token); token = this.#tokens[this.#at]) {
      words.push(token);
      this.#at += 1;
    }
    if (words.length === 0) return undefined;
    const name = words.join(' ');
    if (!this.#takes('(')) return { kind: 'scalar', name, sizes: [] };
    if (name === 'STRUCT') return this.#struct('struct');
    if (name === 'UNION') return this.#struct('union');
    return name === 'MAP' ? this.#map() : { kind: 'scalar', name, sizes: this.#sizes() };
  }

  #struct(kind: 'struct' | 'union'): DuckdbType | undefined {
    const fields: Field[] = [];
    while (!this.#takes(')')) {
      const name = this.#fieldName();
      const type = this.#type();
      if (type === undefined) return undefined;
      fields.push({ name, type });
      this.#takes(',');
    }
    return kind === 'struct' ? { kind, fields } : { kind, members: fields };
  }

  /** A field's name is a word with its type behind it; the type of a tuple's field stands alone. */
  #fieldName(): string | undefined {
    const [name, next] = this.#tokens.slice(this.#at, this.#at + 2);
    if (!isName(name) || !isName(next) || (next === 'WITH' && isWord(name))) return undefined;
    this.#at += 1;
    return unquoted(name);
  }

  #map(): DuckdbType | undefined {
    const key = this.#type();
    this.#takes(',');
    const value = this.#type();
    return key !== undefined && value !== undefined && this.#takes(')')
      ? { kind: 'map', key, value }
      : undefined;
  }

  /** The numbers in the brackets of a type such as DECIMAL(18,2); the values of an ENUM are passed over. */
  #sizes(): number[] {
    const end = this.#tokens.indexOf(')', this.#at);
    const inside = this.#tokens.slice(this.#at, end);
    this.#at = end + 1;
    return inside.filter((token) => /^\d+$/.test(token)).map(Number);
  }
}

/** A type that is written otherwise than any known is a scalar of its whole name. */
export function parseType(text: string): DuckdbType {
  return new TypeText(text).whole() ?? { kind: 'scalar', name: text, sizes: [] };
}

/** The name of a scalar type, without its sizes; undefined for a list, a struct and such. */
export function scalarName(text: string): string | undefined {
  const type = parseType(text);
  return type.kind === 'scalar' ? type.name : undefined;
}
