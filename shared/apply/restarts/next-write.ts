import type { Manifest } from '../../rollout/release.ts';
import type { ComparedObject } from '../compare-object.ts';
import type { LiveObject } from '../live-object.ts';
import { assessRestart, partitionOf, podsOf, type RestartEffect } from './assess-restart.ts';
import { paced, paceOf, partitioned } from './pace.ts';

/** The next write of a workload that restarts. */
export interface NextWrite {
  readonly manifest: Manifest;
  /** Pods that restart because of it; 0 where it only gives back what was held. */
  readonly pods: number;
  /** Afterwards the object is as its manifest says. */
  readonly isLast: boolean;
  /** Pods that have restarted before, of how many that do by and by. */
  readonly done: number;
  readonly of: number;
}

/** Of `pods` pods one, then as many again and one more each time: 1, 2, 4, ..., never more than the cap at once. */
export const planParts = (pods: number, perMinute: number): readonly number[] => {
  const parts: number[] = [];
  for (let done = 0; done < pods; ) {
    const part = Math.min(done + 1, perMinute, pods - done);
    parts.push(part);
    done += part;
  }
  return parts;
};

/**
 * What to write next of a workload that restarts, read off the live object alone, so that whoever died in between is gone on for: a
 * StatefulSet with a partition that lets the next part go; what is larger than the cap at its pace; when nothing is left to restart,
 * the manifest exactly.
 */
export const nextWrite = (compared: ComparedObject, perMinute: number): NextWrite => {
  const { manifest, live } = compared;
  const effect = assessRestart(compared);
  if (live === undefined || effect.is !== 'restart') return exactly(compared);
  if (manifest.kind === 'StatefulSet') return nextPart(compared, live, effect, perMinute);
  const pace = effect.pods > perMinute ? paceOf(manifest, live, perMinute) : undefined;
  if (pace === undefined) return { manifest, pods: effect.pods, isLast: true, done: 0, of: effect.pods };
  return { manifest: paced(manifest, pace), pods: perMinute, isLast: false, done: 0, of: effect.pods };
};

/** The manifest as it is, which makes no pod restart. */
export const exactly = ({ manifest }: ComparedObject): NextWrite => ({
  manifest,
  pods: 0,
  isLast: true,
  done: 0,
  of: 0,
});

const nextPart = (
  { manifest }: ComparedObject,
  live: LiveObject,
  { change }: RestartEffect & { readonly is: 'restart' },
  perMinute: number,
): NextWrite => {
  const floor = partitionOf(manifest);
  const all = podsOf(live);
  // A new revision begins with its first pod, wherever the one before it was stopped.
  const done = change === 'release' ? Math.max(0, all - partitionOf(live)) : 0;
  const pods = Math.min(done + 1, perMinute, Math.max(0, all - floor - done));
  const partition = all - done - pods;
  const isLast = partition <= floor;
  return { manifest: isLast ? manifest : partitioned(manifest, partition), pods, isLast, done, of: all - floor };
};
