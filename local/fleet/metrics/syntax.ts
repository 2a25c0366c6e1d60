/** The kinds of value an expression has, named as Prometheus names them in its errors. */
export type ValueKind = 'scalar' | 'instant vector' | 'range vector' | 'string';

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Selector {
  readonly node: 'selector';
  readonly matchers: readonly Matcher[];
  /** Milliseconds; present: a range vector. */
  readonly range?: number;
  /** Milliseconds back in time. */
  readonly offset: number;
}

export type AggregateOp = 'sum' | 'avg' | 'max' | 'min' | 'count';
export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^';
export type ComparisonOp = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export interface Grouping {
  /** `true`: these labels stay (`by`, `on`); `false`: these go (`without`, `ignoring`). */
  readonly keep: boolean;
  readonly labels: readonly string[];
}

export interface Binary {
  readonly node: 'binary';
  readonly op: BinaryOp;
  readonly left: Expression;
  readonly right: Expression;
  /** A comparison that gives 0 or 1 instead of filtering. */
  readonly bool: boolean;
  readonly matching: Grouping;
}

export interface Aggregate {
  readonly node: 'aggregate';
  readonly op: AggregateOp;
  readonly grouping: Grouping;
  readonly of: Expression;
}

export interface Call {
  readonly node: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
}

export type Expression =
  | { readonly node: 'number'; readonly value: number }
  | { readonly node: 'string'; readonly value: string }
  | { readonly node: 'negate'; readonly of: Expression }
  | Selector
  | Aggregate
  | Call
  | Binary;

export const isComparison = (op: BinaryOp): op is ComparisonOp => ['==', '!=', '>', '<', '>=', '<='].includes(op);
export const isSet = (op: BinaryOp): op is SetOp => ['and', 'or', 'unless'].includes(op);

/** The query can not be read. `at` counts characters from 1, as Prometheus does. */
export class QueryUnreadable extends Error {
  override readonly name = 'QueryUnreadable';
  constructor(text: string, at: number, because: string) {
    const before = text.slice(0, at).split('\n');
    super(`${before.length}:${(before.at(-1)?.length ?? 0) + 1}: parse error: ${because}`);
  }
}
