/**
 * Evaluates one jsonnet file to JSON text on one line, without spaces to rely on; fields are sorted by name, as jsonnet does.
 * Pure: the same request gives the same text. Nothing but the request can be read, there are no native functions, and `std.trace`
 * prints nothing. Throws `RenderFailed` with one problem: JSONNET_ERROR, IMPORT_DENIED or RENDER_LIMIT (time, memory, stack, output).
 *
 * Two exist: `evaluateInWorker` (jsonnet-worker.ts), the default, and `evaluateInThread` (jsonnet-in-thread.ts) for virtual mode.
 * Whoever needs one is handed it.
 */
export type Evaluate = (request: Evaluation) => Promise<string>;

export interface Evaluation {
  /**
   * Every file that may be imported, by its path in the repository: `services/storage.jsonnet`, never with a leading slash.
   * An import is relative to the importing file and must stay among these.
   */
  readonly files: ReadonlyMap<string, string>;
  /** Path of the file to evaluate. */
  readonly entry: string;
  /** What `std.extVar(name)` gives: JSON values, handed over as data and never as code. */
  readonly ext: Readonly<Record<string, unknown>>;
  /** Wall time. Only a worker can keep it. */
  readonly deadlineMs?: number;
  /** Bytes of UTF-8. */
  readonly maxOutputBytes?: number;
}

/** Ten seconds, 20 MB of output. Memory is bounded by the module itself, at 256 MiB. */
export const evaluationLimits = { deadlineMs: 10_000, maxOutputBytes: 20_000_000 } as const;
