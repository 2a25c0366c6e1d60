import type { RunTime } from '../../rollout/jobs.ts';
import { runTimes } from '../../rollout/jobs.ts';
import type { Manifest } from '../../rollout/release.ts';
import { at } from '../fields.ts';
import { isKind } from '../object-id.ts';

/** On a Job: when it runs around a deployment, once per release. */
const runAnnotation = 'tidegate.dev/run';
/** On such a Job: `safe` says that running it twice does no harm. */
const repeatAnnotation = 'tidegate.dev/repeat';

/** A Job's name has 63 characters at most, as its pods carry it in a label; 11 of them are for the release. */
const longestName = 52;

/** That a Job runs around a deployment, and when. */
export interface Run {
  readonly run: RunTime;
  /** Of jobs of one service and time the lowest runs first. */
  readonly weight: number;
  readonly mayRepeat: boolean;
}

/**
 * Whether an object is a Job around a deployment. Read are `tidegate.dev/run`; Helm's hooks where they mean the same at every release (both
 * `pre-install` and `pre-upgrade`, or both `post-`), and Argo CD's `PreSync` and `PostSync`, with their weights. A hook that means
 * anything else leaves its Job an ordinary member of its set. `mistake` says why it can be neither.
 */
export const runOf = (object: Manifest): Run | { readonly mistake: string } | undefined => {
  const annotations = object.metadata.annotations ?? {};
  const stated = annotations[runAnnotation];
  const isJob = isKind(object, 'batch', 'Job');
  if (!isJob) {
    return stated === undefined
      ? undefined
      : {
          mistake: `${object.kind} ${object.metadata.name} has annotation ${runAnnotation}; only a batch/v1 Job may have it`,
        };
  }
  const run = stated ?? hookOf(annotations);
  if (run === undefined) return undefined;
  const named = `Job ${object.metadata.name}`;
  if (!isRunTime(run)) {
    return { mistake: `${named} has ${runAnnotation}: ${run}; expected before, after, test or back` };
  }
  if (at(object, 'spec', 'suspend') === true) {
    return { mistake: `${named} runs ${run} and is suspended, so that it would never run; remove spec.suspend` };
  }
  if (object.metadata.name.length > longestName) {
    return {
      mistake: `${named} runs ${run}, so that its name is followed by that of the release; shorten it to ${longestName} characters`,
    };
  }
  return { run, weight: weightOf(annotations), mayRepeat: annotations[repeatAnnotation] === 'safe' };
};

const isRunTime = (text: string): text is RunTime => runTimes.some((run) => run === text);

/** https://helm.sh/docs/topics/charts_hooks, https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks */
const hookOf = (annotations: Readonly<Record<string, string>>): RunTime | undefined => {
  const argo = annotations['argocd.argoproj.io/hook'];
  if (argo === 'PreSync') return 'before';
  if (argo === 'PostSync') return 'after';
  const helm = (annotations['helm.sh/hook'] ?? '').split(',').map((hook) => hook.trim());
  switch (helm.sort().join()) {
    case 'pre-install,pre-upgrade':
      return 'before';
    case 'post-install,post-upgrade':
      return 'after';
    default:
      return undefined;
  }
};

const weightOf = (annotations: Readonly<Record<string, string>>): number => {
  const weight = Number(annotations['helm.sh/hook-weight'] ?? annotations['argocd.argoproj.io/sync-wave'] ?? 0);
  return Number.isSafeInteger(weight) ? weight : 0;
};
