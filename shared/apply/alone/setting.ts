import type { Cluster } from '../../clouds/cluster.ts';
import type { Clock } from '../../outside/clock.ts';
import type { Invocation } from '../../outside/outside.ts';
import { canonicalJson, digestOf } from '../../rollout/digest.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { RenderedObject, RenderedTarget } from '../../rollout/release.ts';
import type { Writing } from '../writing.ts';
import type { Telling } from './telling.ts';

/** Objects that are applied to one cluster by themselves: no release, no waves, nobody who approves. */
export interface AloneInput {
  readonly set: string;
  readonly namespace: string;
  readonly objects: readonly RenderedObject[];
  readonly dryRun: boolean;
  readonly prune: boolean;
  /** Whether to wait until objects are ready. */
  readonly wait: boolean;
  /** How long to wait for objects to be ready, and for what is removed to be gone. */
  readonly patienceMs: number;
}

export interface AloneOutside {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Aborts when nothing further shall be begun. What is under way is ended; `Invocation.signal` cuts that off too. */
  readonly interrupted: AbortSignal;
}

/** What the steps of applying a set by itself share. */
export interface Setting extends AloneOutside {
  readonly input: AloneInput;
  readonly rendered: RenderedTarget;
  readonly invocation: Invocation;
  readonly telling: Telling;
  /** Jobs around the set that had not run for its content before. */
  readonly begunJobs: Set<ObjectId>;
  /** Whether the cluster has answered anything so far. */
  readonly hasAnswered: () => boolean;
}

/** What is remembered of writes while a set is applied. */
export interface Attempts {
  /** Objects of which a request to write them has left. */
  readonly begun: Set<ObjectId>;
  /** By intent, the object of each request that is not known to have ended: nothing tells whether it was carried out. */
  readonly open: Map<string, ObjectId>;
  /** Ids of the requests that were carried out. */
  readonly done: Set<string>;
}

/** Whether a request to write the object is not known to have ended. */
export const isOpen = ({ open }: Attempts, id: ObjectId): boolean => [...open.values()].includes(id);

/** Nothing was written yet. */
export const noAttempts = (): Attempts => ({ begun: new Set(), open: new Map(), done: new Set() });

/**
 * As long as nobody interrupts, every write may pass. The plan that is named to the API server is what is wanted, object by object; the
 * journal is the lines that are told, and the attempts.
 */
export const writingOf = (
  { cluster, clock, interrupted, invocation, input }: Setting,
  { begun, open, done }: Attempts = noAttempts(),
): Writing => {
  let count = 0;
  return {
    cluster,
    clock,
    invocation,
    guard: async () => (interrupted.aborted ? 'interrupted' : undefined),
    journal: {
      intent: async ({ id }) => {
        count += 1;
        open.set(`alone-${count}`, id);
        return `alone-${count}`;
      },
      outcome: async (intent, { status, isSent = true }) => {
        const id = open.get(intent);
        if (id !== undefined && isSent) begun.add(id);
        if (status === 'done') done.add(intent);
        if (status !== 'unknown') open.delete(intent);
      },
    },
    plan: digestOf(input.objects.map(({ object }) => digestOf(canonicalJson(object))).join('\n')),
  };
};

/** Sleeps, and wakes up early when it is interrupted. */
export const rest = async (
  { clock, interrupted }: Pick<Setting, 'clock' | 'interrupted'>,
  ms: number,
): Promise<void> => {
  if (interrupted.aborted) return;
  await clock.sleep(ms, interrupted).catch((error: unknown) => {
    if (!interrupted.aborted) throw error;
  });
};
