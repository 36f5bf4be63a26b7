import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { configError } from '../../errors/connector-error.ts';
import { aliasTargets } from '../../files/yaml-anchors.ts';
import { parseYamlDocument } from '../../files/yaml-file.ts';
import { float, integer, plainScalar } from './yaml-scalars.ts';

/** Aliases repeat what they stand for; a file of a few lines may so describe more than memory holds. */
const MOST_VALUES = 200_000;
const DEEPEST = 200;

/**
 * Reads a file as dbt does, that is as YAML 1.1: `no` is false, `<<` merges, `010` is 8.
 *
 * @throws ConnectorError that names the file and what the parser found.
 */
export function parseDbtYaml(text: string, path: string): unknown {
  // All as texts: this reader says what a scalar is. As in PyYAML, the last of two equal keys stays.
  const document = parseYamlDocument(text, path, { schema: 'failsafe', uniqueKeys: false });
  return new Reader(document, path).value(document.contents, 0);
}

class Reader {
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #path: string;
  #values = 0;

  constructor(document: Document, path: string) {
    this.#targets = aliasTargets(document);
    this.#path = path;
  }

  value(node: unknown, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MOST_VALUES || depth > DEEPEST) {
      throw configError(
        `${this.#path} holds more than ${MOST_VALUES} values, or is nested deeper than ${DEEPEST} levels, once its aliases are written out.`,
      );
    }
    const target = this.#resolved(node);
    if (isMap(target)) return Object.fromEntries(this.#entries(target.items, depth));
    if (isSeq(target)) return target.items.map((item) => this.value(item, depth + 1));
    return isScalar(target) ? scalarValue(target) : null;
  }

  #resolved(node: unknown): unknown {
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    if (target === undefined) throw configError(`${this.#path}: there is no anchor &${node.source}.`);
    return target;
  }

  /** What is merged by `<<` comes first, so that the map's own keys win; of several merged maps the first wins. */
  #entries(items: readonly Pair<unknown, unknown>[], depth: number): [string, unknown][] {
    const merged = items
      .filter(({ key }) => isMergeKey(key))
      .flatMap((pair) => this.#merged(pair.value, depth));
    const own = items.filter(({ key }) => !isMergeKey(key));
    return [
      ...merged,
      ...own.map(({ key, value }): [string, unknown] => [
        this.#key(key, depth),
        this.value(value, depth + 1),
      ]),
    ];
  }

  #merged(value: unknown, depth: number): [string, unknown][] {
    const target = this.#resolved(value);
    if (isSeq(target)) return target.items.toReversed().flatMap((item) => this.#merged(item, depth + 1));
    if (!isMap(target) || depth > DEEPEST) {
      throw configError(
        `${this.#path}: << merges a mapping, or a list of mappings, into the one that contains it.`,
      );
    }
    return this.#entries(target.items, depth + 1);
  }

  /** A whole number is a name by its digits; any other name is what was written, such as a folder `on`. */
  #key(node: unknown, depth: number): string {
    const target = this.#resolved(node);
    if (!isScalar(target)) return JSON.stringify(this.value(target, depth + 1));
    const value = scalarValue(target);
    return typeof value === 'number' && Number.isInteger(value)
      ? String(value)
      : String(target.source ?? target.value);
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function scalarValue(node: Scalar): unknown {
  const text = String(node.value ?? '');
  switch (node.tag?.replace(/^(?:!!|tag:yaml\.org,2002:)/, '')) {
    case undefined:
      return node.type === 'PLAIN' || node.type === undefined ? plainScalar(text) : text;
    case 'int':
      return integer(text);
    case 'float':
      return float(text);
    case 'bool':
      return plainScalar(text) === true;
    case 'null':
      return null;
    default:
      return text;
  }
}
