import jsonata from 'jsonata';
import { type AddedFunction, addedFunctions, BoundPassed, MEMORY } from './functions.ts';
import type { EngineRandom } from './given.ts';
import { BoundedRegExp } from './vm.ts';

/** Evaluates JSONata source text. Rejects with `ExpressionFailure`; undefined is a result like any other. */
export interface Evaluator {
  evaluate(source: string, bindings: Readonly<Record<string, unknown>>, now: number): Promise<unknown>;
}

/** Why an expression failed: what follows "threw an error during evaluation" in AWS's cause. */
export class ExpressionFailure extends Error {
  override readonly name = 'ExpressionFailure';
}

/** Nodes evaluated by one expression: about the second that AWS gives, without a clock that runs differently each time. */
const NODE_LIMIT = 500_000;

/** Nodes begun and not ended: AWS takes `1+1+...+1` of 100 terms and no more. */
const DEPTH_LIMIT = 100;

/** Members of an array and characters of a text: what AWS takes, `[1..873782]` and 2^22 characters of 6,990,256. */
const MEMBERS_LIMIT = 873_782;
const LENGTH_LIMIT = 6_990_256;

const TIMEOUT = 'Expression evaluation timeout: Check for infinite loop';
const STACK = `Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive. Depth=${DEPTH_LIMIT + 1} max=${DEPTH_LIMIT}`;

const ENTRY = Symbol.for('jsonata.__evaluate_entry');
const EXIT = Symbol.for('jsonata.__evaluate_exit');

interface Thrown {
  readonly code?: string | undefined;
  readonly message: string;
}

/** JSONata throws plain objects with a code and a message; the functions that are ours throw errors. */
const partsOf = (thrown: unknown): Thrown => {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  return { code: typeof code === 'string' ? code : undefined, message: String(message) };
};

/** As AWS quotes an error: a coded one is a sentence of its own. */
const quote = (thrown: unknown): string => {
  const { code, message } = partsOf(thrown);
  return code === undefined ? `: ${message}` : `. ${code}: ${message}`;
};

/** The error JSONata finds in `source` when it reads it, without its code; undefined when there is none. */
export const syntaxError = (source: string): string | undefined => {
  try {
    jsonata(source, BOUNDED);
    return undefined;
  } catch (thrown) {
    return partsOf(thrown).message;
  }
};

/** The parsed expression, as JSONata has it. Throws what JSONata throws for text it can not read. */
export const syntaxTree = (source: string): unknown => jsonata(source, BOUNDED).ast();

/** As an object without a declared type: JSONata declares a RegExp where it takes a constructor. */
const BOUNDED: object = { RegexEngine: BoundedRegExp };

interface Meter {
  nodes: number;
  open: number;
}

const outgrown = (value: unknown): boolean =>
  typeof value === 'string' ? value.length > LENGTH_LIMIT : Array.isArray(value) && value.length > MEMBERS_LIMIT;

const compile = (
  source: string,
  meter: Meter,
  functions: Readonly<Record<string, AddedFunction>>,
): jsonata.Expression => {
  const expression = jsonata(source, BOUNDED);
  // The hooks are bound by symbol, which the declared type of `assign` leaves out.
  const assign = expression.assign as (name: string | symbol, value: unknown) => void;
  assign(ENTRY, () => {
    meter.nodes += 1;
    meter.open += 1;
    if (meter.open > DEPTH_LIMIT) throw new BoundPassed(STACK);
    if (meter.nodes > NODE_LIMIT) throw new BoundPassed(TIMEOUT);
  });
  assign(EXIT, (_node: unknown, _input: unknown, _environment: unknown, result: unknown) => {
    meter.open -= 1;
    if (outgrown(result)) throw new BoundPassed(MEMORY);
  });
  // Step Functions takes `$eval` away.
  assign('eval', undefined);
  for (const [name, { run, signature }] of Object.entries(functions)) {
    const implementation = run as (...args: readonly unknown[]) => unknown;
    expression.registerFunction(name, implementation, signature);
  }
  return expression;
};

/** Parsed expressions kept: those of some hundred machines. */
const CACHED = 10_000;

const FORMATS = ['$fromMillis($now)', '$fromMillis($now, $picture)', '$fromMillis($now, $picture, $zone)'] as const;

/**
 * An evaluator with a cache of parsed expressions (parsing is 5 times the cost of evaluating). One evaluation at a time: the
 * engine runs one transition at a time, so the meter is not shared. `$now` and `$millis` read the given time.
 */
export const createEvaluator = (random: EngineRandom): Evaluator => {
  const meter: Meter = { nodes: 0, open: 0 };
  const cache = new Map<string, jsonata.Expression>();
  const parsed = (source: string) => {
    const known = cache.get(source);
    if (known) return known;
    const expression = compile(source, meter, functions);
    // The oldest goes first: what runs all the time is read again at once.
    if (cache.size >= CACHED) for (const oldest of [...cache.keys()].slice(0, CACHED / 10)) cache.delete(oldest);
    cache.set(source, expression);
    return expression;
  };
  const formats = FORMATS.map((source) => jsonata(source, BOUNDED));
  const functions = addedFunctions(random);
  return {
    evaluate: async (source, bindings, now) => {
      meter.nodes = 0;
      meter.open = 0;
      try {
        return await parsed(source).evaluate(undefined, {
          millis: () => now,
          now: (picture?: string, zone?: string) =>
            formats[zone === undefined ? (picture === undefined ? 0 : 1) : 2]?.evaluate(undefined, {
              now,
              picture,
              zone,
            }),
          ...bindings,
        });
      } catch (thrown) {
        throw new ExpressionFailure(quote(thrown));
      }
    },
  };
};
