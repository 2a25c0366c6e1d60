import type { Manifest } from '../../rollout/release.ts';

/** One object beside all of its target, as a rule sees it. */
export interface Linted {
  readonly object: Manifest;
  readonly all: readonly Manifest[];
  /** Whether an autoscaler of the target decides how many replicas it has. */
  readonly isAutoscaled: boolean;
  /** What the manifest says of replicas all the same. */
  readonly statedReplicas?: number;
}

/** What will cause an outage at the next restart. `error` refuses the plan, `warning` is told with it. */
export interface LintRule {
  /** Also how it is waived for an object, in annotation `tidegate.dev/waive-<name>`. */
  readonly name: string;
  readonly severity: 'error' | 'warning';
  /** What it is about, for the list of rules: one sentence. */
  readonly about: string;
  /** What is wrong with the object, one sentence each; none where all is well. */
  find(linted: Linted): readonly string[];
}

/** The sentence where something is so, and nothing where it is not. */
export const where = (isSo: boolean, ...sentences: readonly string[]): readonly string[] => (isSo ? sentences : []);
