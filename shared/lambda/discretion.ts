import type { Log, LogFields } from '../outside/log.ts';
import type { Outside } from '../outside/outside.ts';

/**
 * What one invocation lets out beside its answer. Whoever may read the log of a function, or the errors that Lambda hands to X-Ray and to
 * queues, reads there of every target, so what is of a private one is not said there.
 */
export interface Discretion {
  /** What the use case works with: its log, and where it stores, are those of this invocation. */
  readonly outside: Outside;
  /** The input, as the use case gets it. */
  hear<Input>(input: Input): Promise<Input>;
  /** What is thrown for what was thrown: always of the same name, by which the state machine retries. Never rejects. */
  thrown(error: unknown): Promise<unknown>;
  /** Ends the log of the invocation. Never rejects. */
  end(): Promise<void>;
}

/** One call of a log. */
export interface Said {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that hands each call to `say`. */
export const logTo = (say: (said: Said) => void): Log => {
  const at =
    (level: keyof Log) =>
    (message: string, fields: LogFields = {}) =>
      say({ level, message, fields });
  return { info: at('info'), warn: at('warn'), error: at('error') };
};

/** The outside with some parts of an invocation's own; what is made when it is first needed is made no sooner. */
export const outsideWith = (outside: Outside, parts: Partial<Pick<Outside, 'log' | 'blobs'>>): Outside =>
  Object.defineProperties({} as Outside, {
    ...Object.getOwnPropertyDescriptors(outside),
    ...Object.getOwnPropertyDescriptors(parts),
  });

/** An error of which nothing is told but its name and one sentence: no fields, no cause, and no trace worth reading. */
export class Discreet extends Error {
  override readonly name: string;
  constructor(name: string, sentence: string) {
    super(sentence);
    this.name = name;
    this.stack = `${name}: ${sentence}`;
  }
}

/** The name of what was thrown, which is of the form that names of failures have; of anything else `Error`. Pure. */
export const nameOf = (error: unknown): string =>
  error instanceof Error && /^[A-Za-z][\w.]{0,79}$/.test(error.name) ? error.name : 'Error';

/** What was thrown as a text: a message is one sentence, whatever else it is comes as it is. Pure. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
