/** Python's values, as far as templates have them. Whole numbers are `bigint`, all others `number`. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Value[]
  | Tuple
  | Dict
  | ValueSet
  | Undefined
  | Callable
  | TemplateObject
  | Namespace
  | Loop;

export type Dict = Map<Value, Value>;

export type Named = ReadonlyMap<string, Value>;

export class Tuple {
  readonly items: readonly Value[];
  /** What the items may be called by, where they have names: `grouper` and `list` of a group. */
  readonly names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** A set, in the order in which its members came. Members are told apart as keys of a dict are. */
export class ValueSet {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** What a name, a member or a key gives that is not there. It may be tested, and used for nothing else. */
export class Undefined {
  /** As the author wrote it. */
  readonly expression: string;
  /** What the author may have meant. */
  readonly known: readonly string[];
  readonly kind: 'name' | 'member';

  constructor(expression: string, kind: Undefined['kind'], known: readonly string[] = []) {
    this.expression = expression;
    this.kind = kind;
    this.known = known;
  }
}

/** A macro, a method, or a function of dbt's. */
export class Callable {
  readonly name: string;
  readonly call: (positional: readonly Value[], named: Named) => Value;
  /** Whether a call walks over all that its arguments hold. */
  readonly readsAll: boolean;

  constructor(name: string, call: Callable['call'], readsAll = false) {
    this.name = name;
    this.call = call;
    this.readsAll = readsAll;
  }
}

/** Something of dbt's that has members, and may be called or printed too: `config`, `this`, what `ref()` gives. */
export class TemplateObject {
  readonly members: ReadonlyMap<string, Value>;
  readonly call: Callable['call'] | undefined;
  readonly #text: string | undefined;
  /** What a member gives that is not there. */
  readonly missing: ((name: string) => Value | undefined) | undefined;

  constructor(options: {
    members: ReadonlyMap<string, Value>;
    text?: string;
    call?: Callable['call'] | undefined;
    missing?: ((name: string) => Value | undefined) | undefined;
  }) {
    this.members = options.members;
    this.call = options.call;
    this.#text = options.text;
    this.missing = options.missing;
  }

  get isText(): boolean {
    return this.#text !== undefined;
  }

  toString(): string {
    return this.#text ?? '<object>';
  }
}

/** `namespace(a=1)`: the one thing whose members `set` can change. */
export class Namespace {
  readonly members: Map<string, Value>;

  constructor(members: Map<string, Value>) {
    this.members = members;
  }
}

/** `loop` in a `for`. */
export class Loop {
  index0 = 0;
  readonly items: readonly Value[];
  readonly depth0: number;
  /** Of a recursive loop: renders the loop's body for other items. */
  readonly again: Callable | undefined;
  #seen: Value | undefined;

  constructor(items: readonly Value[], depth0: number, again: Callable | undefined) {
    this.items = items;
    this.depth0 = depth0;
    this.again = again;
  }

  /** The value of the last call, for `loop.changed()`. */
  remember(value: Value): Value | undefined {
    const before = this.#seen;
    this.#seen = value;
    return before;
  }
}

/** Python's truth: https://docs.python.org/3/library/stdtypes.html#truth-value-testing */
export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (typeof value === 'object') {
    if (Array.isArray(value)) return value.length > 0;
    if (value instanceof Tuple || value instanceof ValueSet) return value.items.length > 0;
    return value instanceof Map ? value.size > 0 : true;
  }
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** The name of a value's type, for errors. */
export function typeName(value: Value): string {
  if (value === null) return 'none';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    case 'bigint':
    case 'number':
      return 'a number';
    default:
      return objectName(value);
  }
}

function objectName(value: object): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Map) return 'a map';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof ValueSet) return 'a set';
  if (value instanceof Callable) return 'a macro or function';
  return value instanceof Undefined ? 'not defined' : 'an object';
}
