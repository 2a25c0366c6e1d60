/** How a rollout ended; it has exactly one of these, once. */
export type End = 'succeeded' | 'partial' | 'failed' | 'rolled_back' | 'aborted' | 'refused' | 'superseded';

/** Whether a rollout goes back from a wave that ended so on its way forward. Pure; `statemachines/rollout.yml` says the same. */
export const goesBack = (outcome: string): boolean => ['failed', 'aborted', 'refused'].includes(outcome);

/** How one deployment, one release on one target, ended. `lost`: the target could not be reached or did not answer, or a step did not come through: what may pass by itself. */
export type DeploymentOutcome = 'deployed' | 'failed' | 'stopped' | 'lost';

/** What a deployment returns. A bad deployment is a result, never a throw. Under 1 KB, whatever happened. */
export interface DeploymentResult {
  readonly target: string;
  readonly outcome: DeploymentOutcome;
  /** One sentence, at most 500 characters. */
  readonly because: string;
  /** Digest of the evidence: logs, events, statuses. */
  readonly evidence?: `sha256:${string}`;
}

/** The answer of work that may not be finished: call again after so long. */
export interface InProgress {
  readonly status: 'in-progress';
  readonly retryAfterSeconds: number;
  /** What is waited for: *waiting for X since T*. */
  readonly because: string;
}

/** Cuts a sentence to what a state may carry, at a character boundary. */
export const brief = (sentence: string, limit = 500): string =>
  sentence.length <= limit ? sentence : `${sentence.slice(0, limit - 1)}…`;
