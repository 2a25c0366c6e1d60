import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { dropStanding, readTargetStates, type TargetState, wayBack } from '../ledger/target-state.ts';
import { advanceWave, type WaveProgress, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { infrastructureOf } from '../rollout/infrastructure.ts';
import { brief } from '../rollout/outcome.ts';
import { countActions, type WavePlan } from '../rollout/plan.ts';
import type { Release, RenderedTarget } from '../rollout/release.ts';
import type { RestartStep } from '../rollout/restarts.ts';
import type { Wave } from '../rollout/wave.ts';
import { inTurns } from './in-turns.ts';
import { type PlanningTools, planOne, type Wanted } from './plan-one.ts';
import { renderedBack } from './rendered-back.ts';
import { restartOrder, restartRules } from './restart-rules.ts';

/** What the state machine is told. Under 4 KB for any number of targets; every member is always there. */
export interface PlanWaveResult {
  /** `passed`: there is nothing to do in this wave. */
  readonly status: 'planned' | 'passed' | 'refused' | 'failed';
  readonly because: string;
  /** The plan digest; empty unless planned. */
  readonly plan: string;
  readonly approval: { readonly needed: boolean; readonly timeoutSeconds: number };
}

/** Targets that are read at the same time while planning: each is a few requests, to a different cluster. */
const concurrency = 16;

/**
 * Plans the wave against what is live now and stores the plan under its digest. Forward, every target gets the release; back, those
 * that this rollout began to change get what was verified before it. A target that can not be read is in the plan as unreachable and
 * is written nothing; forward, anything refused on any target refuses the wave. Running twice plans twice; the later plan counts.
 */
export const planWave = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: PlanningTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<PlanWaveResult> => {
  const wanted = ref.direction === 'forward' ? forward(release, ref, wave) : await back(release, ref, wave, outside);
  if (wanted.length === 0) return nothing(`wave ${wave.name} has nothing of this rollout`);
  const planned: WavePlan['targets'][number][] = [];
  const unreachable: WavePlan['unreachable'][number][] = [];
  const refused: string[] = [];
  const restarting: RestartStep[] = [];
  const infrastructure = new Set<string>();
  const states = await readTargetStates(outside.ledger);
  const order = await restartOrder(ref, outside);
  await inTurns(wanted, concurrency, async (each) => {
    const target = each.target.name;
    const restarts = await restartRules(each.target, release, order, outside);
    const result = await planOne({ ...each, restarts }, tools, outside, signal);
    if (result.status === 'unreachable') unreachable.push({ target, because: brief(result.because, 300) });
    else if (result.status === 'refused' && ref.direction === 'back') {
      // What can not go back must not keep the others from it.
      unreachable.push({ target, because: brief(`can not go back: ${result.because.join('; ')}`, 300) });
    } else if (result.status === 'refused') refused.push(...result.because.map((because) => `${target}: ${because}`));
    else {
      const counts = countActions([result.planned.plan]);
      planned.push({ target, planned: await putJson(outside.blobs, result.planned), counts });
      // Where nothing was verified there is nothing that stands on it yet.
      if (states.get(target)?.verified !== undefined)
        for (const id of infrastructureOf(result.planned.plan.objects)) infrastructure.add(id);
      restarting.push(...result.planned.plan.restarts.steps);
    }
  });
  const byTarget = <Item extends { readonly target: string }>(items: Item[]) =>
    items.sort((a, b) => (a.target < b.target ? -1 : 1));
  if (refused.length > 0) return refusal(ref, refused.sort(), outside);
  const plan: WavePlan = {
    release: ref.release,
    wave: wave.name,
    direction: ref.direction,
    targets: byTarget(planned),
    unreachable: byTarget(unreachable),
  };
  const digest = await putJson(outside.blobs, plan);
  const soak = ref.direction === 'forward' ? longSoak(wave, [...infrastructure].sort()) : {};
  await advanceWave(outside.ledger, ref, { plan: digest, plannedAt: outside.clock.now(), ...soak });
  await recordPlan(ref, plan, digest, restarting, outside);
  // Where nothing differs there is nothing to approve.
  const differs = plan.targets.some(({ counts }) => counts.create + counts.change + counts.recreate + counts.prune > 0);
  const approval = ref.direction === 'forward' && differs ? wave.approval : undefined;
  return {
    status: 'planned',
    because: `wave ${wave.name} is planned`,
    plan: digest,
    approval: { needed: approval !== undefined, timeoutSeconds: Math.ceil((approval?.expiresMs ?? 0) / 1000) },
  };
};

/** A wave soaks longer where others stand on what it changes: incident after incident showed it only at their next restart. */
const longSoak = (
  { soakMs, soakInfrastructureMs = 0 }: Wave,
  [first, ...others]: readonly string[],
): Pick<WaveProgress, 'longSoak'> => {
  if (first === undefined || soakInfrastructureMs <= soakMs) return {};
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const because = `for ${soakInfrastructureMs / 3_600_000} h, as ${first}${more} changes what others stand on`;
  return { longSoak: { ms: soakInfrastructureMs, because } };
};

const forward = (release: Release, ref: WaveRef, wave: Wave): readonly Wanted[] =>
  wave.targets.flatMap((name) => {
    const target = release.targets[name];
    return target === undefined ? [] : [{ target, rendered: target.rendered, release: ref.release }];
  });

const back = async (
  release: Release,
  ref: WaveRef,
  wave: Wave,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Wanted[]> => {
  const states = await readTargetStates(outside.ledger);
  const wanted: Wanted[] = [];
  for (const name of wave.targets) {
    const target = release.targets[name];
    const state: TargetState | undefined = states.get(name);
    const standing = state === undefined ? undefined : wayBack(state, ref.rollout);
    if (state !== undefined && state.begun?.rollout !== ref.rollout) {
      // A newer rollout is there. It must not come back to what is being taken back now.
      await dropStanding(outside.ledger, name, ref.rollout);
      continue;
    }
    if (target === undefined || standing === undefined) continue;
    const now = await getJson<RenderedTarget>(outside.blobs, target.rendered);
    const before = await getJson<RenderedTarget>(outside.blobs, standing.rendered);
    const rendered = await putJson(outside.blobs, renderedBack(now, before, release.services));
    wanted.push({ target, rendered, release: standing.release });
  }
  return wanted;
};

const nothing = (because: string): PlanWaveResult => ({
  status: 'passed',
  because,
  plan: '',
  approval: { needed: false, timeoutSeconds: 1 },
});

const refusal = async (
  ref: WaveRef,
  refused: readonly string[],
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<PlanWaveResult> => {
  const because = `wave ${ref.wave} refused, nothing written in it: ${refused.slice(0, 5).join('; ')}`;
  await recordEvent(outside.ledger, ref.rollout, `refused ${ref.wave} ${ref.direction}`, {
    at: outside.clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: brief(because, 2000),
    details: refused.slice(0, 50),
  });
  return { ...nothing(brief(because)), status: ref.direction === 'forward' ? 'refused' : 'failed' };
};

const recordPlan = async (
  ref: WaveRef,
  plan: WavePlan,
  digest: Digest,
  restarting: readonly RestartStep[],
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  const sum = { create: 0, change: 0, recreate: 0, prune: 0, unchanged: 0 };
  for (const { counts } of plan.targets) {
    for (const action of ['create', 'change', 'recreate', 'prune', 'unchanged'] as const) sum[action] += counts[action];
  }
  const dead =
    plan.unreachable.length === 0 ? '' : `; not reachable: ${plan.unreachable.map((each) => each.target).join(', ')}`;
  const what = `${sum.create} create, ${sum.change} change, ${sum.recreate} recreate, ${sum.prune} prune, ${sum.unchanged} unchanged`;
  const pods = restarting.reduce((all, step) => all + step.pods, 0);
  const restarts =
    restarting.length === 0
      ? 'nothing restarts'
      : `${restarting.length} ${restarting.length === 1 ? 'workload restarts' : 'workloads restart'} with ${pods} pods`;
  const commit = (await readRollout(outside.ledger, ref.rollout))?.commit.slice(0, 7) ?? '';
  await recordEvent(outside.ledger, ref.rollout, `planned ${ref.wave} ${ref.direction} ${digest}`, {
    at: outside.clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: `${ref.direction === 'back' ? 'way back of ' : ''}${ref.wave} planned at ${commit} on ${plan.targets.length} targets: ${what}; ${restarts}${dead}`,
    details: { plan: digest, counts: sum },
  });
};
