import type { LiveObject } from '../live-object.ts';
import { podContainers } from './pod-containers.ts';

/** Restarts of the containers of some pods, by pod and container, and since when there were no more of them (epoch milliseconds). */
export type Steadiness = ReadonlyMap<
  string,
  { readonly restarts: number; readonly since: number; readonly what: string }
>;

/** How long containers that were restarted must run before their workload counts as settled. */
const steadyMs = 10_000;

/**
 * Goes on counting: containers that were never restarted are steady, the others once their restarts have not grown for 10 s, by
 * our clock from when they were first seen. What was seen before decides since when; restarts from before `written`, when we last wrote
 * the workload, are not ours.
 */
export const nextSteadiness = (
  before: Steadiness,
  pods: readonly LiveObject[],
  { now, written }: { readonly now: number; readonly written: number },
): Steadiness =>
  new Map(
    pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap((pod) =>
        podContainers(pod)
          .filter(({ restarts, isRunning, ended }) => restarts > 0 && isRunning && !((ended?.at ?? now) < written))
          .map(({ name, restarts }) => {
            const key = `${pod.metadata.uid}/${name}`;
            const known = before.get(key);
            const since = known?.restarts === restarts ? known.since : now;
            const times = restarts === 1 ? 'once' : `${restarts} times`;
            return [
              key,
              { restarts, since, what: `container ${name} of pod ${pod.metadata.name} was restarted ${times}` },
            ];
          }),
      ),
  );

/** Why it is too early to call a workload settled; undefined when it is not. */
export const unsteady = (steadiness: Steadiness, now: number): string | undefined => {
  const young = [...steadiness.values()].find(({ since }) => now - since < steadyMs);
  return young && `${young.what}; it has to run for ${steadyMs / 1000} s`;
};
