import { type Place, type Source, TemplateFault } from '../fault.ts';
import { parseExpression, parseTuple } from './parse-expression.ts';
import {
  parseFilterChain,
  parseForItems,
  parseParameters,
  parseTargets,
  targetNames,
} from './parse-targets.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { Expression, MacroNode, Statement, Target } from './syntax.ts';
import { TokenReader } from './token-reader.ts';
import { tokensOfTag } from './tokens.ts';

/** Blocks in blocks, deeper than any person writes. */
const DEEPEST = 100;

export interface Template {
  readonly source: Source;
  readonly statements: readonly Statement[];
  /** Every name that a tag of it sets. */
  readonly names: ReadonlySet<string>;
}

/** @throws TemplateFault with the place of the mistake. */
export function parseTemplate(source: Source): Template {
  const parser = new BlockParser(source);
  const { statements } = parser.body([]);
  return { source, statements, names: parser.names };
}

interface Body {
  readonly statements: readonly Statement[];
  /** The tag that ended it, after its word, and that word. */
  readonly ending: string;
  readonly reader: TokenReader;
}

interface Block {
  readonly word: string;
  readonly place: Place;
}

/** The words that close a block of each kind, the last for good. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  if: ['elif', 'else', 'endif'],
  for: ['else', 'endfor'],
  macro: ['endmacro'],
  set: ['endset'],
  with: ['endwith'],
  filter: ['endfilter'],
  call: ['endcall'],
};

/** Walks over the pieces of a template, with the blocks that are open. */
class BlockParser {
  readonly #source: Source;
  readonly #segments: readonly Segment[];
  readonly #open: Block[] = [];
  readonly names = new Set<string>();
  #index = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#segments = segmentsOf(source.text);
  }

  /** The statements up to one of the endings, or to the template's end where there are none. */
  body(endings: readonly string[]): Body {
    const statements: Statement[] = [];
    for (;;) {
      const segment = this.#segments[this.#index];
      if (segment === undefined) return this.#atEnd(endings, statements);
      this.#index += 1;
      if (!segment.closed) throw this.#unclosedTag(segment);
      if (segment.kind === 'text' && segment.text !== '') {
        statements.push({ kind: 'text', at: segment.start, text: segment.text });
      } else if (segment.kind === 'output') {
        statements.push(this.#output(segment));
      } else if (segment.kind === 'statement') {
        const reader = this.#reader(segment);
        const word = reader.name('the name of a tag');
        if (endings.includes(word)) return { statements, ending: word, reader };
        statements.push(...this.#statement(word, reader, segment));
      }
    }
  }

  #atEnd(endings: readonly string[], statements: Statement[]): Body {
    const block = this.#open.at(-1);
    if (endings.length === 0 || block === undefined) {
      return { statements, ending: '', reader: new TokenReader([], this.#source) };
    }
    throw new TemplateFault(
      `{% ${block.word} %} is not closed: {% end${block.word} %} is missing.`,
      block.place,
    );
  }

  #unclosedTag({ kind, start }: Segment): TemplateFault {
    const [open, close] = {
      output: ['{{', '}}'],
      statement: ['{%', '%}'],
      comment: ['{#', '#}'],
      text: ['', ''],
    }[kind];
    return new TemplateFault(`${open} is not closed: ${close} is missing.`, {
      source: this.#source,
      at: start,
    });
  }

  #reader({ text, start }: Segment): TokenReader {
    return new TokenReader(tokensOfTag(text, start, this.#source), this.#source);
  }

  #output(segment: Segment): Statement {
    const reader = this.#reader(segment);
    const { at } = reader.current;
    const value = parseTuple(reader);
    reader.end('{{ }}');
    return { kind: 'output', at, value };
  }

  #statement(word: string, reader: TokenReader, { start: at }: Segment): readonly Statement[] {
    switch (word) {
      case 'raw':
      case 'endraw':
        return [];
      case 'if':
        return [this.#if(reader, at)];
      case 'for':
        return [this.#for(reader, at)];
      case 'set':
        return [this.#set(reader, at)];
      case 'macro':
        return [this.#macro(reader, at)];
      case 'call':
        return [this.#call(reader, at)];
      case 'with':
        return [this.#with(reader, at)];
      case 'filter': {
        const filters = parseFilterChain(reader);
        return [{ kind: 'filterBlock', at, filters, body: this.#block('filter', at, reader) }];
      }
      case 'do':
        return [{ kind: 'do', at, value: whole(reader, '{% do %}', parseTuple) }];
      case 'break':
      case 'continue':
        return [{ kind: word, at }];
      default:
        throw this.#strangeTag(word, at);
    }
  }

  #strangeTag(word: string, at: number): TemplateFault {
    const place = { source: this.#source, at };
    const block = this.#open.at(-1);
    const isEnding = Object.values(ENDINGS).some((endings) => endings.includes(word));
    if (!isEnding) return new TemplateFault(`there is no tag {% ${word} %} here.`, place);
    if (block === undefined)
      return new TemplateFault(`{% ${word} %} closes nothing: no block is open.`, place);
    return new TemplateFault(
      `{% ${block.word} %} is not closed: {% end${block.word} %} is missing before {% ${word} %}.`,
      block.place,
    );
  }

  /** Opens a block at its first tag, and reads it to the tag that ends this part of it. */
  #part(word: string, at: number, reader: TokenReader): Body {
    reader.end(`{% ${word} %}`);
    if (this.#open.length >= DEEPEST) {
      throw new TemplateFault(`blocks are nested deeper than ${DEEPEST} levels.`, {
        source: this.#source,
        at,
      });
    }
    this.#open.push({ word, place: { source: this.#source, at } });
    const body = this.body(ENDINGS[word] ?? []);
    this.#open.pop();
    return body;
  }

  #block(word: string, at: number, reader: TokenReader): readonly Statement[] {
    const { statements, reader: end, ending } = this.#part(word, at, reader);
    // Some write the macro's name once more.
    if (ending === 'endmacro' && end.current.kind === 'name') end.next();
    end.end(`{% ${ending} %}`);
    return statements;
  }

  #if(first: TokenReader, at: number): Statement {
    const branches = [];
    let reader = first;
    for (;;) {
      const test = parseTuple(reader);
      const { statements, ending, reader: next } = this.#part('if', at, reader);
      branches.push({ test, body: statements });
      reader = next;
      if (ending === 'elif') continue;
      const otherwise = ending === 'else' ? this.#otherwise('if', at, reader) : [];
      if (ending === 'endif') reader.end('{% endif %}');
      return { kind: 'if', at, branches, otherwise };
    }
  }

  #otherwise(word: string, at: number, reader: TokenReader): readonly Statement[] {
    const { statements, ending, reader: end } = this.#part(word, at, reader);
    if (ending !== `end${word}`) throw end.fault(`{% ${ending} %} stands behind {% else %}.`);
    end.end(`{% ${ending} %}`);
    return statements;
  }

  #for(reader: TokenReader, at: number): Statement {
    const target = this.#targets(reader);
    reader.expect('in');
    const items = parseForItems(reader);
    const condition = reader.take('if') ? parseExpression(reader) : undefined;
    const recursive = reader.take('recursive');
    const { statements: body, ending, reader: end } = this.#part('for', at, reader);
    const otherwise = ending === 'else' ? this.#otherwise('for', at, end) : [];
    return { kind: 'for', at, target, items, condition, recursive, body, otherwise };
  }

  #set(reader: TokenReader, at: number): Statement {
    const target = this.#targets(reader);
    if (reader.take('=')) return { kind: 'set', at, target, value: whole(reader, '{% set %}', parseTuple) };
    const filters = reader.take('|') ? parseFilterChain(reader) : [];
    return { kind: 'setBlock', at, target, filters, body: this.#block('set', at, reader) };
  }

  #targets(reader: TokenReader): Target {
    const target = parseTargets(reader);
    for (const name of targetNames(target)) this.names.add(name);
    return target;
  }

  #macro(reader: TokenReader, at: number): MacroNode {
    const name = reader.name('the name of the macro');
    this.names.add(name);
    const parameters = parseParameters(reader);
    return { kind: 'macro', at, name, parameters, body: this.#block('macro', at, reader) };
  }

  #call(reader: TokenReader, at: number): Statement {
    const parameters = reader.is('(') ? parseParameters(reader) : [];
    const call = parseExpression(reader);
    return { kind: 'callBlock', at, call, parameters, body: this.#block('call', at, reader) };
  }

  #with(reader: TokenReader, at: number): Statement {
    const variables: [Target, Expression][] = [];
    while (reader.current.kind !== 'end') {
      const target = this.#targets(reader);
      reader.expect('=');
      variables.push([target, parseExpression(reader)]);
      if (!reader.take(',')) break;
    }
    return { kind: 'with', at, variables, body: this.#block('with', at, reader) };
  }
}

function whole(reader: TokenReader, tag: string, parse: (reader: TokenReader) => Expression): Expression {
  const value = parse(reader);
  reader.end(tag);
  return value;
}
