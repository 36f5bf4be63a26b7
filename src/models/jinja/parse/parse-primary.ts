import type { Expression } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** How what stands in brackets is read. */
export interface Inner {
  expression(reader: TokenReader): Expression;
  tuple(reader: TokenReader): Expression;
}

/** A constant, a name, or something in brackets. */
export function parsePrimary(reader: TokenReader, inner: Inner): Expression {
  if (reader.is('(')) return parseBracket(reader, inner);
  if (reader.is('[')) return parseList(reader, inner);
  if (reader.is('{')) return parseDict(reader, inner);
  const { kind, text, at } = reader.current;
  switch (kind) {
    case 'name': {
      reader.next();
      const constant = Object.hasOwn(CONSTANTS, text) ? CONSTANTS[text] : undefined;
      return constant === undefined
        ? { kind: 'name', at, name: text }
        : { kind: 'literal', at, value: constant };
    }
    case 'string':
      return parseStrings(reader);
    case 'integer':
      reader.next();
      return { kind: 'literal', at, value: BigInt(text.replaceAll('_', '')) };
    case 'float':
      reader.next();
      return { kind: 'literal', at, value: Number(text.replaceAll('_', '')) };
    default:
      throw reader.fault(
        kind === 'end' ? 'a value is missing at the end of the tag.' : `a value is missing before "${text}".`,
      );
  }
}

/** Texts that stand side by side are one. */
function parseStrings(reader: TokenReader): Expression {
  const { at } = reader.current;
  const parts: string[] = [];
  while (reader.current.kind === 'string') parts.push(reader.next().text);
  return { kind: 'literal', at, value: parts.join('') };
}

function parseBracket(reader: TokenReader, inner: Inner): Expression {
  const { at } = reader.expect('(');
  if (reader.take(')')) return { kind: 'tuple', at, items: [] };
  const value = inner.tuple(reader);
  reader.expect(')');
  return value;
}

export function parseList(reader: TokenReader, inner: Inner): Expression {
  const { at } = reader.expect('[');
  const items: Expression[] = [];
  while (!reader.is(']')) {
    items.push(inner.expression(reader));
    if (!reader.take(',')) break;
  }
  reader.expect(']');
  return { kind: 'list', at, items };
}

export function parseDict(reader: TokenReader, inner: Inner): Expression {
  const { at } = reader.expect('{');
  const entries: [Expression, Expression][] = [];
  while (!reader.is('}')) {
    const key = inner.expression(reader);
    reader.expect(':');
    entries.push([key, inner.expression(reader)]);
    if (!reader.take(',')) break;
  }
  reader.expect('}');
  return { kind: 'dict', at, entries };
}
