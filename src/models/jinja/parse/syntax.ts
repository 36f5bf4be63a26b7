/** What a template is, parsed. `at` is the offset in its source. */
interface Node {
  readonly at: number;
}

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  /** `*list`, added to the positional ones. */
  readonly spread: Expression | undefined;
  /** `**map`, added to the named ones. */
  readonly spreadNamed: Expression | undefined;
}

export interface Comparison {
  readonly operator: string;
  readonly right: Expression;
}

export type Expression = Node &
  (
    | { readonly kind: 'literal'; readonly value: null | boolean | bigint | number | string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
    | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly kind: 'not' | 'negative' | 'positive'; readonly of: Expression }
    | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'compare'; readonly left: Expression; readonly rest: readonly Comparison[] }
    | {
        readonly kind: 'choice';
        readonly test: Expression;
        readonly yes: Expression;
        readonly no: Expression | undefined;
      }
    | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'item'; readonly of: Expression; readonly key: Expression }
    | {
        readonly kind: 'slice';
        readonly of: Expression;
        readonly from: Expression | undefined;
        readonly to: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | { readonly kind: 'call'; readonly of: Expression; readonly arguments: Arguments }
    | {
        readonly kind: 'filter';
        readonly name: string;
        readonly of: Expression;
        readonly arguments: Arguments;
      }
    | {
        readonly kind: 'test';
        readonly name: string;
        readonly negated: boolean;
        readonly of: Expression;
        readonly arguments: Arguments;
      }
  );

/** A name, several in brackets, or a member of a namespace, as `set` and `for` fill them. */
export type Target = Node &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'tuple'; readonly items: readonly Target[] }
    | { readonly kind: 'member'; readonly of: string; readonly name: string }
  );

export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}

export interface MacroNode extends Node {
  readonly kind: 'macro';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface ForNode extends Node {
  readonly kind: 'for';
  readonly target: Target;
  readonly items: Expression;
  readonly condition: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface Filter {
  readonly name: string;
  readonly arguments: Arguments;
  readonly at: number;
}

export type Statement =
  | MacroNode
  | ForNode
  | (Node &
      (
        | { readonly kind: 'text'; readonly text: string }
        | { readonly kind: 'output'; readonly value: Expression }
        | { readonly kind: 'do'; readonly value: Expression }
        | {
            readonly kind: 'if';
            readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
            readonly otherwise: readonly Statement[];
          }
        | { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
        | {
            readonly kind: 'setBlock';
            readonly target: Target;
            readonly filters: readonly Filter[];
            readonly body: readonly Statement[];
          }
        | {
            readonly kind: 'with';
            readonly variables: readonly (readonly [Target, Expression])[];
            readonly body: readonly Statement[];
          }
        | {
            readonly kind: 'filterBlock';
            readonly filters: readonly Filter[];
            readonly body: readonly Statement[];
          }
        | {
            readonly kind: 'callBlock';
            readonly call: Expression;
            readonly parameters: readonly Parameter[];
            readonly body: readonly Statement[];
          }
        | { readonly kind: 'break' | 'continue' }
      ));
