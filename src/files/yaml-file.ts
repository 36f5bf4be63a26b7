import {
  type Document,
  type DocumentOptions,
  isCollection,
  isScalar,
  LineCounter,
  type Pair,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
  visit,
  type YAMLError,
} from 'yaml';
import { type ConnectorError, configError } from '../errors/connector-error.ts';
import { exactNumber } from '../json/exact-json.ts';
import { aliasTargets } from './yaml-anchors.ts';

type ErrorCode = YAMLError['code'];

const quoted = (signs: string): string => `a value that begins with ${signs} must be in quotes`;

/** Our own words: those of the library quote the file, and with it perhaps a key or a password. */
const words: Readonly<Partial<Record<ErrorCode, string>>> = {
  TAB_AS_INDENT: 'this line is indented with a tab; YAML only allows spaces',
  BAD_INDENT:
    'this line is not indented like the lines that it belongs to, or a brace or bracket above it is not closed',
  BLOCK_AS_IMPLICIT_KEY:
    'this line is not indented like the lines around it, or its value contains a colon and must be in quotes',
  BLOCK_IN_FLOW: 'braces or brackets are not closed',
  MULTILINE_IMPLICIT_KEY: 'a colon and a space are missing after a key, or a value must be in quotes',
  MISSING_CHAR: 'a quote, a bracket, a comma, or the colon and space after a key are missing',
  UNEXPECTED_TOKEN: quoted('| > { } [ ] or ,'),
  BAD_SCALAR_START: quoted('@ % or `'),
  BAD_ALIAS: quoted('* or &'),
  ALIAS_PROPS: quoted('* or &'),
  MULTIPLE_ANCHORS: quoted('&'),
  TAG_RESOLVE_FAILED: quoted('!'),
  MULTIPLE_TAGS: quoted('!'),
  BAD_COLLECTION_TYPE: quoted('!'),
  BAD_DIRECTIVE: 'a line that begins with % is not a setting',
  BAD_DQ_ESCAPE: 'a value in double quotes contains a backslash: put it in single quotes',
  DUPLICATE_KEY: 'keys must be unique, and this one appears twice',
  MULTIPLE_DOCS: 'the file contains several documents (---), but only one is allowed',
};

const fallback = 'the line cannot be read; put values with special characters in quotes';

/**
 * The value of a YAML file.
 *
 * @param exactIn a mapping of it whose numbers keep the digits that are written, also those that JavaScript rounds
 * @throws ConnectorError that names the file, the line and what is wrong there, and quotes nothing of the file.
 */
export function parseYamlFile(text: string, path: string, exactIn?: readonly string[]): unknown {
  const lines = new LineCounter();
  const document = parseYamlDocument(text, path, {}, lines);
  const sign = strayMark(document);
  if (sign !== undefined) throw notYaml(path, quoted('* or &'), sign, lines);
  if (exactIn !== undefined) keepDigits(document.getIn(exactIn, true));
  try {
    return document.toJS();
  } catch {
    throw configError(`${path} is not YAML: its anchors and aliases (& and *) cannot be resolved.`);
  }
}

/**
 * A YAML file before it is made values.
 *
 * @throws ConnectorError as parseYamlFile does.
 */
export function parseYamlDocument(
  text: string,
  path: string,
  options: ParseOptions & DocumentOptions & SchemaOptions = {},
  lineCounter = new LineCounter(),
): Document {
  const document = documentOf(text, path, { ...options, lineCounter });
  // A warning is a tag or a directive that is none: the value would be taken without it.
  const warnings = options.schema === 'failsafe' ? [] : document.warnings;
  const [fault] = [...document.errors, ...warnings];
  if (fault !== undefined) throw notYaml(path, wordsOf(fault, text), fault.pos[0], lineCounter);
  const twice = options.uniqueKeys === false ? undefined : repeatedKey(document);
  if (twice !== undefined) throw notYaml(path, words.DUPLICATE_KEY ?? fallback, twice, lineCounter);
  return document;
}

function wordsOf({ code, pos: [at] }: YAMLError, text: string): string {
  const isVariable = code === 'UNEXPECTED_TOKEN' && text.slice(Math.max(0, at - 1), at + 1) === '${';
  return isVariable ? 'a variable within { } must be in quotes' : (words[code] ?? fallback);
}

function documentOf(
  text: string,
  path: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): Document {
  try {
    // The library compares each key of a mapping with each other one: thousands of them would take minutes.
    return parseDocument(text, { ...options, uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  } catch (cause) {
    throw configError(`${path} cannot be read as YAML: it is nested too deeply.`, { cause });
  }
}

function notYaml(path: string, what: string, offset: number, lines: LineCounter): ConnectorError {
  const { line, col } = lines.linePos(offset);
  return configError(`${path} is not YAML: ${what}, at line ${line}, column ${col}`);
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function keepDigits(node: unknown): void {
  if (!isCollection(node)) return;
  visit(node, {
    Scalar: (key, scalar) => {
      if (key === 'key' || typeof scalar.value !== 'number' || scalar.source === undefined) return;
      if (JSON_NUMBER.test(scalar.source)) scalar.value = exactNumber(scalar.source);
    },
  });
}

/** Where a key stands that its mapping has already. */
function repeatedKey(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map(_key, { items }) {
      found = firstRepeated(items);
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  return found;
}

function firstRepeated(items: readonly Pair[]): number | undefined {
  const seen = new Set<unknown>();
  for (const { key } of items) {
    const name: unknown = isScalar(key) ? key.value : key;
    if (seen.has(name) && isScalar(key)) return key.range?.[0] ?? 0;
    seen.add(name);
  }
  return undefined;
}

/** Where a value is taken for an alias of nothing, or for the anchor of nothing. */
function strayMark(document: Document): number | undefined {
  let found: number | undefined;
  const targets = aliasTargets(document);
  visit(document, {
    Alias(_key, alias) {
      if (targets.has(alias)) return undefined;
      found = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
    Scalar(_key, scalar) {
      const isEmpty = isScalar(scalar) && scalar.value === null && scalar.anchor !== undefined;
      if (!isEmpty) return undefined;
      found = scalar.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}
