/**
 * How a container of one image behaves in the simulated cluster. The Kubernetes server reads the first part; metrics, probes and traffic
 * read the rest, and may add to it.
 */
export interface Behaviour {
  readonly pull: 'ok' | 'not-found';
  /** From scheduling until the process runs, image pull included. */
  readonly startMs: number;
  /** From running until the readiness probe succeeds. */
  readonly readyMs: number;
  /** The process ends by itself, each time it is started. Exit code 0 is how a Job's container completes. */
  readonly crash?: { readonly afterMs: number; readonly exitCode: number; readonly log: string };
  /** Runs and never becomes ready. */
  readonly hang?: boolean;
  /** What a healthy container prints once running. */
  readonly log?: readonly string[];
  /** Share of requests that fail, 0 to 1. */
  readonly errorRatio?: number;
  /** The share of requests that fail while a feature flag has a value, in place of `errorRatio`. */
  readonly underFlag?: { readonly flag: string; readonly is: unknown; readonly errorRatio: number };
  readonly latencyMs?: number;
  readonly health?: 'ok' | 'failing';
  /** The version of its interface that it answers at, and at any lower one; 1 without it. */
  readonly serves?: number;
  /** Services of its namespace that each of its requests calls, one after the other, and the version it needs of each. */
  readonly calls?: readonly { readonly service: string; readonly atLeast: number }[];
  /** It answers the API server as an admission webhook. */
  readonly webhook?: WebhookBehaviour;
}

/** How an image answers an AdmissionReview. */
export interface WebhookBehaviour {
  readonly allows: boolean;
  /** Why, for people. */
  readonly says?: string;
  /** Labels that it has the object get, where it is asked as a mutating one; it allows then. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly takesMs?: number;
}

export type BehaviourOf = (image: string) => Behaviour;
