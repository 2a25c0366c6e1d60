import jsonata from 'jsonata';
import { addedFunctions } from './functions.ts';
import type { EngineRandom } from './given.ts';
import { BoundedRegExp } from './vm.ts';

/** Evaluates JSONata source text. Rejects with `ExpressionFailure`; undefined is a result like any other. */
export interface Evaluator {
  evaluate(source: string, bindings: Readonly<Record<string, unknown>>, now: number): Promise<unknown>;
}

/** What JSONata itself threw: its code and text, as AWS quotes them in a cause. */
export class ExpressionFailure extends Error {
  override readonly name = 'ExpressionFailure';
}

/**
 * Nodes evaluated by one expression: about two seconds. Without a limit an endless recursion takes the whole heap, and the
 * process with it.
 */
const NODE_LIMIT = 2_000_000;
/** Nodes begun and not ended: bounds the memory that a recursion without tail calls takes. */
const OPEN_LIMIT = 50_000;

/** Members of an array and characters of a text that no step may pass: many times what a payload holds. */
const SIZE_LIMIT = 2_000_000;

const ENTRY = Symbol.for('jsonata.__evaluate_entry');
const EXIT = Symbol.for('jsonata.__evaluate_exit');

const quote = (thrown: unknown): string => {
  if (!(thrown instanceof Error) && typeof thrown === 'object' && thrown !== null) {
    const { code, message } = thrown as { code?: string; message?: string };
    return [code, message].filter((part) => part !== undefined).join(': ');
  }
  if (thrown instanceof Error) {
    const code = 'code' in thrown && typeof thrown.code === 'string' ? `${thrown.code}: ` : '';
    return `${code}${thrown.message}`;
  }
  return String(thrown);
};

/** The error JSONata finds in `source` when it reads it; undefined when there is none. */
export const syntaxError = (source: string): string | undefined => {
  try {
    jsonata(source, BOUNDED);
    return undefined;
  } catch (thrown) {
    return quote(thrown);
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

const compile = (source: string, meter: Meter): jsonata.Expression => {
  const expression = jsonata(source, BOUNDED);
  // The hooks are bound by symbol, which the declared type of `assign` leaves out.
  const assign = expression.assign as (name: string | symbol, value: unknown) => void;
  assign(ENTRY, () => {
    meter.nodes += 1;
    meter.open += 1;
    if (meter.nodes > NODE_LIMIT || meter.open > OPEN_LIMIT) {
      throw new ExpressionFailure('the expression ran too long or too deep; look for a recursion that does not end');
    }
  });
  assign(EXIT, (_node: unknown, _input: unknown, _environment: unknown, result: unknown) => {
    meter.open -= 1;
    if ((typeof result === 'string' || Array.isArray(result)) && result.length > SIZE_LIMIT)
      throw new ExpressionFailure(`a value grew beyond ${SIZE_LIMIT} members or characters`);
  });
  return expression;
};

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
    const expression = compile(source, meter);
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
          ...functions,
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
