import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import type { DeploymentRef } from '../deployment/deployment-ref.ts';
import { recordEvent } from '../ledger/events.ts';
import { advanceWave, readDeployments, readStop, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { joinWaits } from '../rollout/assess-entry.ts';
import { nextBatch as decide } from '../rollout/next-batch.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { countHandOut, readHandOuts } from './hand-outs.ts';
import { endWait, keepWait, waitForProber } from './keep-wait.ts';
import { readWaits } from './read-waits.ts';

export type NextBatchResult =
  | { readonly status: 'batch'; readonly key: string; readonly size: number; readonly maxConcurrent: number }
  | InProgress
  | { readonly status: 'deployed' | 'failed'; readonly because: string };

/**
 * Hands out the next batch of a wave, as a blob that the distributed map reads; or says that the wave is deployed, has failed, or waits for
 * targets that may not be entered now. What is under way goes on; whether more may begin is looked at here. What a
 * target led to is read from the ledger, so a retry, or an execution that died, is seen for what it is.
 */
export const nextBatch = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  planDigest: Digest,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<NextBatchResult> => {
  const { again } = await advanceWave(outside.ledger, ref, { deployingAt: outside.clock.now() });
  const plan = await getJson<WavePlan>(outside.blobs, planDigest);
  const planned = new Map(plan.targets.map((each) => [each.target, each.planned]));
  const results = new Map<
    string,
    { readonly outcome: 'lost' | 'deployed' | 'failed' | 'stopped'; readonly because: string }
  >([
    ...plan.unreachable.map(({ target, because }) => [target, { outcome: 'lost' as const, because }] as const),
    ...(await readDeployments(outside.ledger, ref)),
  ]);
  const stop = await readStop(outside.ledger, ref);
  const targets = [...plan.targets, ...plan.unreachable].map((each) => each.target).sort();
  const waits = await readWaits(ref, release, wave, plan, outside);
  const handed = await readHandOuts(ref, outside);
  const next = decide(batchRules(ref, wave), {
    targets,
    results,
    handed: new Map([...handed].map(([target, { times }]) => [target, times])),
    held: new Set(waits.keys()),
    ...(stop === undefined ? {} : { stop: stop.because }),
  });
  if (next.kind !== 'waiting') await endWait(ref, outside);
  if (next.kind === 'failed') return { status: 'failed', because: next.because };
  if (next.kind === 'deployed') {
    const lost = next.lost.length === 0 ? '' : `, without ${next.lost.join(', ')}`;
    return {
      status: 'deployed',
      because: `${targets.length - next.lost.length} of ${targets.length} targets deployed${lost}`,
    };
  }
  if (next.kind === 'waiting') {
    const held = new Map([...waits].filter(([target]) => next.targets.includes(target)));
    return keepWait(ref, joinWaits(wave.name, held, targets.length), outside);
  }
  const resting = await waitForProber(ref, outside);
  if (resting !== undefined) return resting;
  const items: DeploymentRef[] = next.targets.flatMap((target) => {
    const digest = planned.get(target);
    return digest === undefined
      ? []
      : [{ ...ref, plan: planDigest, target, planned: digest, ...(again === undefined ? {} : { again }) }];
  });
  const blob = await putJson(outside.blobs, items);
  const batch = 1 + Math.max(0, ...[...handed.values()].map((each) => each.batch));
  for (const target of next.targets) await countHandOut(ref, target, batch, outside);
  await recordEvent(outside.ledger, ref.rollout, `batch ${ref.wave} ${ref.direction} ${blob}`, {
    at: outside.clock.now(),
    kind: 'batch',
    wave: ref.wave,
    text: `${ref.direction === 'back' ? 'takes back' : 'deploys'} ${ref.wave}: ${next.targets.join(', ')}`,
  });
  return { status: 'batch', key: blobKey(blob), size: items.length, maxConcurrent: wave.maxConcurrent };
};

/** On the way back a target that can not be reached must not keep the others from going back. */
const batchRules = (ref: WaveRef, wave: Wave): Wave =>
  ref.direction === 'back' ? { ...wave, maxFailures: wave.targets.length, batches: ['100%'] } : wave;

/** Key of a blob in its bucket: what a state machine reads it by. */
const blobKey = (digest: Digest): string => `sha256/${digest.slice(7, 9)}/${digest.slice(7)}`;
