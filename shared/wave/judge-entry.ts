import type { Outage } from '../availability/assess-standings.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { readTargetStates } from '../ledger/target-state.ts';
import { advanceWave, keepJudgement, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { describeOpenBudgets, type LiftedBudgets, openBudgets } from '../rollout/lifted-budgets.ts';
import { gateSentence } from '../rollout/next-soak.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import { worstVerdict } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, judgeProbes, probeGates, targetsOf, unknownGates, withEffects } from './gate-tools.ts';
import { judgeAvailability } from './judge-availability.ts';
import { judgeBudgets, liftingAsk } from './judge-budgets.ts';
import { lookAtTests, type TestTools } from './look-at-tests.ts';
import { measureStores } from './measure-stores.ts';
import { recordVerdicts } from './record-verdicts.ts';

export type EntryResult = InProgress | { readonly status: 'pass' | 'failed' | 'aborted'; readonly because: string };

/** Probing before the first write: long enough for every gate's `minSamples` at its rate, within this. */
const mostMs = 90_000;

/** What is entered, and what is known of it from elsewhere. */
export interface Entry {
  readonly plan: Digest;
  /** People have approved meanwhile. */
  readonly isApproved: boolean;
  /** Targets that scheduled probing sees out. */
  readonly outages?: readonly Outage[];
  /** Error budgets that people have lifted with their approval. */
  readonly lifted?: LiftedBudgets | undefined;
}

/**
 * Judges the wave's targets as they are, before anything is written: what is ill already must not be blamed on the release, nor hide
 * what it does. Targets on which nothing was ever verified are not judged: there is nothing there yet. Inconclusive is asked again
 * until the wave's deadline for it, then aborted. Where people had to approve, it is judged again afterwards: what was well last evening
 * may be ill by now; tests are asked for anew, too. A rollback is not judged: what it comes for is that something is ill. An error budget that is spent holds the entry too, and leaves the decision to the approval where the wave has one.
 */
export const judgeEntry = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  { plan, isApproved, outages = [], lifted }: Entry,
  tools: GateTools & TestTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal, deadline }: Invocation,
): Promise<EntryResult> => {
  const { ledger, clock } = outside;
  const entered = await advanceWave(ledger, ref, { [isApproved ? 'reenteredAt' : 'enteredAt']: clock.now() });
  const since = (isApproved ? entered.reenteredAt : entered.enteredAt) ?? clock.now();
  // Nothing is asked: it would cost a minute of what is bad, and start tests that decide nothing.
  if ((await readRollout(ledger, ref.rollout))?.rollback === true) {
    return { status: 'pass', because: `wave ${wave.name} goes back because of how it is now; that does not stop it` };
  }
  const states = await readTargetStates(ledger);
  const planned = await getJson<WavePlan>(outside.blobs, plan);
  const { unreachable } = planned;
  const gone = new Set(unreachable.map(({ target }) => target));
  const targets = targetsOf(
    release,
    wave.targets.filter((target) => states.get(target)?.verified !== undefined && !gone.has(target)),
  );
  if (targets.length === 0 || (wave.gates.length === 0 && outages.length === 0)) {
    return { status: 'pass', because: `wave ${wave.name} has nothing to judge before it is entered` };
  }
  const gates = probeGates(release, wave);
  const neededMs = Math.max(0, ...Object.values(gates).map((gate) => ((gate.minSamples + 1) / gate.rate) * 1000));
  const until = Math.min(clock.now() + Math.min(neededMs, mostMs), deadline);
  const tallies =
    Object.keys(gates).length === 0
      ? []
      : (await tools.probeUntil({ gates, targets, until, stop: () => Promise.resolve(false) }, signal)).tallies;
  const judgements = withEffects(release, [
    ...judgeProbes(
      gates,
      targets.map((target) => target.name),
      tallies,
      tools,
    ),
    ...(await measureStores(release, wave, targets, tools, signal)),
    ...(await lookAtTests(ref, release, wave, { moment: 'before', enteredAt: since }, targets, tools, signal)),
    ...judgeAvailability(
      outages,
      targets.map((target) => target.name),
    ),
    ...(await judgeBudgets(release, wave, targets, planned, lifted, tools, signal)),
    ...unknownGates(release, wave),
  ]);
  for (const judgement of judgements) await keepJudgement(ledger, ref, 'before', clock.now(), judgement);
  await recordVerdicts(ref, 'before', judgements, outside);
  const blocking = judgements.filter(({ effect, kind }) => effect !== 'report' && kind !== 'budget');
  const verdict = blocking.length === 0 ? 'pass' : worstVerdict(blocking.map((each) => each.verdict));
  const spent = openBudgets(judgements);
  if (verdict === 'pass' && spent.length === 0)
    return { status: 'pass', because: `wave ${wave.name} is well before it is entered` };
  if (verdict === 'pass' && liftingAsk(release, wave, planned, isApproved) !== undefined)
    return { status: 'pass', because: `wave ${wave.name} may be entered by approval: ${describeOpenBudgets(spent)}` };
  const worst = blocking.find((each) => each.verdict === verdict);
  const held = spent.length > 0 && verdict === 'pass' ? describeOpenBudgets(spent) : undefined;
  const because = `before ${wave.name}: ${held ?? (worst === undefined ? 'no gate was judged' : gateSentence(worst))}`;
  if (verdict === 'fail') return { status: 'failed', because };
  if (clock.now() >= since + wave.inconclusiveWithinMs) return { status: 'aborted', because };
  // A budget comes back with time, not within seconds.
  return { status: 'in-progress', retryAfterSeconds: held === undefined ? 5 : 60, because };
};
