import type { Digest } from '../blobs/blobs.ts';
import { recordEvent } from '../ledger/events.ts';
import type { Outside } from '../outside/outside.ts';
import { brief } from '../rollout/outcome.ts';
import { countActions } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { RestartOrder } from '../rollout/restarts.ts';
import { inTurns } from './in-turns.ts';
import { type PlannedOne, type PlanningTools, planOne } from './plan-one.ts';
import { restartOrder, restartRules } from './restart-rules.ts';

export interface PreviewResult {
  readonly status: 'previewed' | 'refused';
  readonly cause: { readonly outcome: 'passed' | 'refused'; readonly because: string };
}

/**
 * Plans every target of a release against what is live, with dry runs where they are needed, and refuses the release if any target
 * refuses it: before the first write anywhere. Each wave is planned again when its turn is held.
 */
export const previewFleet = async (
  rollout: string,
  digest: Digest,
  release: Release,
  tools: PlanningTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  signal: AbortSignal,
): Promise<PreviewResult> => {
  const order = await restartOrder({ rollout, direction: 'forward' }, outside);
  const previews = await previewTargets(digest, release, order, tools, outside, signal);
  const refused = [...previews].flatMap(([target, each]) =>
    each.status === 'refused' ? each.because.map((reason) => `${target}: ${reason}`) : [],
  );
  const counts = countActions(
    [...previews.values()].flatMap((each) => (each.status === 'planned' ? each.planned.plan : [])),
  );
  const unreachable = [...previews].flatMap(([target, each]) => (each.status === 'unreachable' ? target : []));
  const dead = unreachable.length === 0 ? '' : `; not reachable now: ${unreachable.join(', ')}`;
  const because =
    refused.length === 0
      ? `the fleet will see ${counts.create} create, ${counts.change} change, ${counts.recreate} recreate, ${counts.prune} prune${dead}`
      : `refused, nothing written to any target: ${refused.slice(0, 5).join('; ')}`;
  await recordEvent(outside.ledger, rollout, 'previewed', {
    at: outside.clock.now(),
    kind: 'previewed',
    text: brief(because, 2000),
    details: { counts, unreachable, refused: refused.slice(0, 50) },
  });
  return {
    status: refused.length === 0 ? 'previewed' : 'refused',
    cause: { outcome: refused.length === 0 ? 'passed' : 'refused', because: brief(because) },
  };
};

/** Targets read at the same time: a few requests each, to a different cluster. */
const concurrency = 16;

/** The preview of every target, in the order of their names. */
export const previewTargets = async (
  digest: Digest,
  release: Release,
  order: RestartOrder,
  tools: PlanningTools,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlannedOne>> => {
  const targets = Object.values(release.targets).sort((a, b) => (a.name < b.name ? -1 : 1));
  const previews = new Map<string, PlannedOne>();
  await inTurns(targets, concurrency, async (target) => {
    const restarts = await restartRules(target, release, order, outside);
    const wanted = { target, rendered: target.rendered, release: digest, restarts };
    previews.set(target.name, await planOne(wanted, tools, outside, signal));
  });
  return new Map(
    targets.flatMap(({ name }) => {
      const preview = previews.get(name);
      return preview === undefined ? [] : [[name, preview] as const];
    }),
  );
};
