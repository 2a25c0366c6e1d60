import type { Refusal } from '../apply/refusals.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { dropStanding, readTargetStates, type TargetState, wayBack } from '../ledger/target-state.ts';
import { keepPlan, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { approvalAsk } from '../rollout/approval-ask.ts';
import { brief } from '../rollout/outcome.ts';
import {
  countActions,
  countFindings,
  describeActions,
  describeFindings,
  type FindingCounts,
  type NamedDelete,
  type ObjectId,
  sumActions,
  sumFindings,
  unnamedIn,
  type WavePlan,
} from '../rollout/plan.ts';
import type { Release, RenderedTarget } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { deleteLimits } from './delete-limits.ts';
import { describeRefused, type Refused } from './describe-refused.ts';
import { inTurns } from './in-turns.ts';
import { type PlanningTools, planOne, type Wanted } from './plan-one.ts';
import { readCreated } from './read-created.ts';
import { renderedBack } from './rendered-back.ts';
import { wantForward } from './want-forward.ts';

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
 * is written nothing; forward, anything refused on any target refuses the wave. What is deleted beyond the limits asks for people, also
 * where the wave does not. Running twice plans twice; the later plan counts.
 */
export const planWave = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: PlanningTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<PlanWaveResult> => {
  const wanted =
    ref.direction === 'forward' ? await forward(release, ref, wave, outside) : await back(release, ref, wave, outside);
  if (wanted.length === 0) return nothing(`wave ${wave.name} has nothing of this rollout`);
  const found = await planAll(ref, wanted, tools, outside, signal);
  if (found.refused.size > 0) return refusal(ref, describeRefused(found.refused), outside);
  const plan = await wavePlan(ref, wave, found, outside);
  const digest = await putJson(outside.blobs, plan);
  await keepPlan(outside.ledger, ref, digest, outside.clock.now());
  await recordPlan(ref, plan, digest, found, outside);
  const ask = approvalAsk(release, wave, plan);
  return {
    status: 'planned',
    because: `wave ${wave.name} is planned`,
    plan: digest,
    approval: { needed: ask !== undefined, timeoutSeconds: Math.ceil((ask?.expiresMs ?? 0) / 1000) },
  };
};

/** What came of planning each target, by name. */
interface Found {
  readonly planned: readonly (WavePlan['targets'][number] & {
    readonly findings: FindingCounts;
    readonly deletes: readonly ObjectId[];
    /** What stays because no approval names its delete. */
    readonly left: number;
  })[];
  readonly unreachable: WavePlan['unreachable'];
  readonly refused: ReadonlyMap<string, readonly Refusal[]>;
}

/** Plans every target and stores what is planned at once: of a wave of a thousand nothing is kept but counts. */
const planAll = async (
  ref: WaveRef,
  wanted: readonly Wanted[],
  tools: PlanningTools,
  outside: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<Found> => {
  const planned: Found['planned'][number][] = [];
  const unreachable: WavePlan['unreachable'][number][] = [];
  const refused = new Map<string, readonly Refusal[]>();
  await inTurns(wanted, concurrency, async (each) => {
    const target = each.target.name;
    const result = await planOne(each, tools, outside, signal);
    if (result.status === 'planned') {
      const { plan, findings, deletes } = result.planned;
      planned.push({
        target,
        planned: await putJson(outside.blobs, result.planned),
        counts: countActions([plan]),
        findings: countFindings(findings),
        deletes: deletes?.objects ?? [],
        left: unnamedIn(plan).length,
      });
    } else if (result.status === 'unreachable') unreachable.push({ target, because: brief(result.because, 300) });
    else if (ref.direction === 'back') {
      // What can not go back must not keep the others from it.
      const reasons = result.refusals.map(({ because }) => because).join('; ');
      unreachable.push({ target, because: brief(`can not go back: ${reasons}`, 300) });
    } else refused.set(target, result.refusals);
  });
  return { planned: byTarget(planned), unreachable: byTarget(unreachable), refused };
};

const byTarget = <Item extends { readonly target: string }>(items: readonly Item[]): readonly Item[] =>
  items.toSorted((a, b) => (a.target < b.target ? -1 : 1));

/** The plan of the wave, with the list of what only an approval by name may delete as a blob of its own. */
const wavePlan = async (
  { release, direction }: WaveRef,
  wave: Wave,
  { planned, unreachable }: Found,
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<WavePlan> => {
  const targets = planned.map(({ target, planned: digest, counts }) => ({ target, planned: digest, counts }));
  const plan = { release, wave: wave.name, direction, targets, unreachable };
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
    wanted.push({ target, rendered, release: standing.release, deletes, lint: 'tell' });
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
  { text, lines, more }: Refused,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<PlanWaveResult> => {
  const because = `wave ${ref.wave} refused, nothing written in it: ${text}`;
  await recordEvent(outside.ledger, ref.rollout, `refused ${ref.wave} ${ref.direction}`, {
    at: outside.clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: brief(because, 2000),
    details: { refused: lines, more },
  });
  return { ...nothing(brief(because)), status: ref.direction === 'forward' ? 'refused' : 'failed' };
};

const recordPlan = async (
  ref: WaveRef,
  plan: WavePlan,
  digest: Digest,
  { planned }: Found,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  const sum = sumActions(plan.targets.map(({ counts }) => counts));
  const dead =
    plan.unreachable.length === 0 ? '' : `; not reachable: ${plan.unreachable.map((each) => each.target).join(', ')}`;
  const findings = sumFindings(planned.map((each) => each.findings));
  const found = describeFindings(findings);
  const left = planned.reduce((all, each) => all + each.left, 0);
  const stays =
    left === 0 ? '' : `; ${left} ${left === 1 ? 'object stays' : 'objects stay'}, whose delete no approval names`;
  const count = plan.deletes?.count ?? 0;
  const named =
    count === 0
      ? ''
      : `; ${count} ${count === 1 ? 'object' : 'objects'} to be deleted only by an approval that names them`;
  const commit = (await readRollout(outside.ledger, ref.rollout))?.commit.slice(0, 7) ?? '';
  await recordEvent(outside.ledger, ref.rollout, `planned ${ref.wave} ${ref.direction} ${digest}`, {
    at: outside.clock.now(),
    kind: 'planned',
    wave: ref.wave,
    text: `${ref.direction === 'back' ? 'way back of ' : ''}${ref.wave} planned at ${commit} on ${plan.targets.length} targets: ${describeActions(sum)}${found === '' ? '' : `; ${found}`}${named}${stays}${dead}`,
    details: { plan: digest, counts: sum, findings },
  });
};
