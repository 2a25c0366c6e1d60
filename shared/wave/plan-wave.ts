import { getJson, putJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { dropStanding, readTargetStates, type TargetState, wayBack } from '../ledger/target-state.ts';
import { advanceWave, beginAgain, keepPlan, readStop, readWave, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { approvalAsk } from '../rollout/approval-ask.ts';
import type { PlannedFlag } from '../rollout/flag.ts';
import { brief } from '../rollout/outcome.ts';
import type { NamedDelete, WavePlan } from '../rollout/plan.ts';
import type { Release, RenderedTarget } from '../rollout/release.ts';
import { secondsToTry, waits } from '../rollout/waits.ts';
import type { Wave } from '../rollout/wave.ts';
import { deleteLimits } from './delete-limits.ts';
import { describeRefused } from './describe-refused.ts';
import type { FlagTools } from './flag-tools.ts';
import { jobsBack } from './job-rules.ts';
import { longSoak } from './long-soak.ts';
import { type PlannedFlags, planFlags } from './plan-flags.ts';
import type { PlanningTools, Wanted } from './plan-one.ts';
import { type PlannedTargets, planTargets } from './plan-targets.ts';
import { readCreated } from './read-created.ts';
import { recordPlan, recordRefusal } from './record-plan.ts';
import { renderedBack } from './rendered-back.ts';
import { restartRules } from './restart-rules.ts';
import { type Shard, shardsOf, WHOLE } from './shards.ts';
import { wantForward } from './want-forward.ts';

/** What the state machine is told. Under 4 KB for any number of targets; every member is always there. */
export interface PlanWaveResult {
  /** `passed`: there is nothing to do in this wave. */
  /** `in-progress`: what has to be known of a flag is not known now, or targets can not be reached that it may not lose. */
  readonly status: 'planned' | 'passed' | 'refused' | 'aborted' | 'in-progress';
  readonly retryAfterSeconds: number;
  /** When its flags are written: after its targets, before them, or there are none. */
  readonly flags: 'after' | 'first' | 'none';
  readonly because: string;
  /** The plan digest; empty unless planned. */
  readonly plan: string;
  readonly approval: { readonly needed: boolean; readonly timeoutSeconds: number };
  /** What each invocation of the prober takes. */
  readonly shards: readonly Shard[];
}

/**
 * Plans the wave against what is live now and stores the plan under its digest. Forward, every target gets the release; back, those
 * that this rollout began to change get what was verified before it. A target that can not be read is in the plan as unreachable and
 * is written nothing; forward, anything refused on any target refuses the wave. What is deleted beyond the limits asks for people, also
 * where the wave does not. Running twice plans twice; the later plan counts.
 */
export const planWave = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: PlanningTools & FlagTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<PlanWaveResult> => {
  const flags = await planFlags(ref, release, wave, tools, outside, signal);
  if (flags.status !== 'planned') return unplanned(ref, wave, flags, outside);
  const wanted =
    ref.direction === 'forward' ? await forward(release, ref, wave, outside) : await back(release, ref, wave, outside);
  if (ref.direction === 'back') {
    const again = wanted.map(({ target }) => target.name);
    await beginAgain(outside.ledger, ref, again);
  }
  if (wanted.length === 0 && flags.flags.length === 0) return nothing(`wave ${wave.name} has nothing of this rollout`);
  const found = await planTargets(ref.direction, wanted, tools, outside, signal);
  if (found.refused.size > 0) {
    const because = await recordRefusal(ref, describeRefused(found.refused), outside);
    return { ...nothing(brief(because)), status: 'refused' };
  }
  const outage = ref.direction === 'forward' ? await waitForTargets(ref, wave, found, outside) : undefined;
  if (outage !== undefined) return outage;
  const plan = await wavePlan(ref, wave, found, flags.flags, outside);
  const digest = await putJson(outside.blobs, plan);
  const soak = ref.direction === 'forward' ? await longSoak(wave, found.planned, outside) : undefined;
  await keepPlan(outside.ledger, ref, { plan: digest, plannedAt: outside.clock.now(), longSoak: soak });
  const { again } = await readWave(outside.ledger, ref);
  if (again !== undefined && found.planned.length === 0 && flags.flags.length === 0) {
    const because = brief(`no target of wave ${wave.name} can be reached to go back: ${found.unreachable[0]?.because}`);
    return { ...nothing(because), status: 'aborted' };
  }
  await recordPlan(ref, plan, digest, found, outside);
  const ask = approvalAsk(release, wave, plan);
  return {
    status: 'planned',
    because: `wave ${wave.name} is planned`,
    plan: digest,
    retryAfterSeconds: 1,
    flags: flags.flags.length === 0 ? 'none' : flags.areFirst ? 'first' : 'after',
    approval: { needed: ask !== undefined, timeoutSeconds: Math.ceil((ask?.expiresMs ?? 0) / 1000) },
    shards: shardsOf(release, wave),
  };
};

/**
 * A wave that may lose fewer targets than can not be reached now waits for them, with nothing written, as long as that may pass and lets it
 * through. A wave that can do without them does not.
 */
const waitForTargets = async (
  ref: WaveRef,
  wave: Wave,
  { unreachable }: PlannedTargets,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<PlanWaveResult | undefined> => {
  const lastingly = unreachable.filter(({ mayPass }) => mayPass !== true).length;
  if (unreachable.length <= wave.maxFailures || lastingly > wave.maxFailures) return undefined;
  const now = clock.now();
  const { unreachableFrom = now } = await advanceWave(ledger, ref, { unreachableFrom: now });
  const seconds = secondsToTry(waits.forward, unreachableFrom, now);
  if (seconds === undefined || (await readStop(ledger, ref)) !== undefined) return undefined;
  const because = brief(
    `wave ${ref.wave}, nothing written in it, waits for ${unreachable.map(({ target }) => target).join(', ')}: ${unreachable[0]?.because}`,
  );
  await recordEvent(ledger, ref.rollout, `outage ${ref.wave}`, {
    at: now,
    kind: 'held',
    wave: ref.wave,
    text: because,
  });
  return { ...nothing(because), status: 'in-progress', retryAfterSeconds: seconds };
};

/** The plan of the wave, with the list of what only an approval by name may delete as a blob of its own. */
const wavePlan = async (
  { release, direction }: WaveRef,
  wave: Wave,
  { planned, unreachable }: PlannedTargets,
  flags: readonly PlannedFlag[],
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<WavePlan> => {
  const targets = planned.map(({ target, planned: digest, counts }) => ({ target, planned: digest, counts }));
  const setting = flags.length === 0 ? {} : { flags };
  const plan = { release, wave: wave.name, direction, targets, unreachable, ...setting };
  const named = planned.flatMap(({ target, deletes }) => deletes.map((object): NamedDelete => ({ target, object })));
  if (named.length === 0) return plan;
  return { ...plan, deletes: { count: named.length, objects: await putJson(blobs, named) } };
};

const forward = async (
  release: Release,
  ref: WaveRef,
  wave: Wave,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Wanted[]> => {
  const targets = wave.targets.flatMap((name) => release.targets[name] ?? []);
  return wantForward(release, ref, targets, outside);
};

const back = async (
  release: Release,
  ref: WaveRef,
  wave: Wave,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Wanted[]> => {
  const states = await readTargetStates(outside.ledger);
  const isRollback = (await readRollout(outside.ledger, ref.rollout))?.rollback === true;
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
    const created = await readCreated(ref, name, outside);
    const deletes = deleteLimits(release, target, 'back', created);
    const restarts = await restartRules(target, release, 'consumers-first', outside);
    // What a rollback brought ran none of its jobs: there is nothing of them to take back.
    const rules = await jobsBack(release, ref.release, target, outside);
    const jobs = isRollback ? { ...rules, takenBack: [] } : rules;
    wanted.push({ target, rendered, release: standing.release, deletes, lint: 'tell', restarts, jobs });
  }
  return wanted;
};

/** A flag that nobody can read now is waited for, within the time that gates may stay inconclusive; nothing is written meanwhile. */
const unplanned = async (
  ref: WaveRef,
  wave: Wave,
  { status, because: why }: Exclude<PlannedFlags, { status: 'planned' }>,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<PlanWaveResult> => {
  const because = brief(`wave ${ref.wave}, nothing written in it: ${why}`);
  const { flagsAskedAt = clock.now() } = await advanceWave(ledger, ref, { flagsAskedAt: clock.now() });
  await recordEvent(ledger, ref.rollout, `flags ${ref.wave} ${status} ${why}`, {
    at: clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: status === 'refused' ? because : `waits with ${because}`,
  });
  if (status === 'refused') return { ...nothing(because), status };
  if (clock.now() >= flagsAskedAt + wave.inconclusiveWithinMs) return { ...nothing(because), status: 'aborted' };
  return { ...nothing(because), status: 'in-progress', retryAfterSeconds: 10 };
};

const nothing = (because: string): PlanWaveResult => ({
  status: 'passed',
  because,
  plan: '',
  retryAfterSeconds: 1,
  flags: 'none',
  approval: { needed: false, timeoutSeconds: 1 },
  shards: [WHOLE],
});
