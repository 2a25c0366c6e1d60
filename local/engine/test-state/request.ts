import type { Json, JsonObject } from '../json.ts';

/** The outcome that a Task, Map or Parallel state is given instead of reaching one. */
export type Mock =
  | { readonly result: Json; readonly text: string }
  | { readonly error?: string | undefined; readonly cause?: string | undefined };

/** One state, tried alone: a TestState request whose texts have been read. */
export interface TestRequest {
  /** JSON text of a state, or of a machine with `stateName`. */
  readonly definition: string;
  readonly stateName?: string | undefined;
  readonly input: Json;
  /** The input as it was written: it is shown as it came. */
  readonly inputText: string;
  readonly variables: JsonObject;
  readonly roleArn?: string | undefined;
  readonly mock?: Mock | undefined;
  readonly strictness: 'STRICT' | 'PRESENT' | 'NONE';
  /** Laid over the Context object that the state would see. */
  readonly context?: JsonObject | undefined;
  readonly revealSecrets: boolean;
  readonly retries: number;
  readonly failedIterations?: number | undefined;
  readonly errorCausedBy?: string | undefined;
  /** What the ItemReader would have found in its object. */
  readonly readerData?: string | undefined;
}
