import { advanceWave, keepJudgement, readDeployments, readStop, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { type NextSoak, nextSoak } from '../rollout/next-soak.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { type GateTools, judgeProbes, probeGates, targetsOf } from './gate-tools.ts';
import { measureMetrics } from './measure-metrics.ts';
import { readSlices } from './probe-slices.ts';
import { recordVerdicts } from './record-verdicts.ts';

/** What the last look before a wave passes needs: does the target still have exactly what was deployed? */
export type VerifyTarget = (target: Target, signal: AbortSignal) => Promise<Judgement>;

/**
 * The exit gates of a wave, looked at anew with each call: probes since the last write, metrics now, and the soak. A fail ends it at
 * once. Before it passes, every target is read once more and must have what was deployed. On the way back only the probes are asked:
 * a metric's window still holds what was bad.
 */
export const judgeWave = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: GateTools & { readonly verifyTarget: VerifyTarget },
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  { signal }: Invocation,
): Promise<NextSoak> => {
  const { ledger, clock } = outside;
  const { judgingAt = clock.now() } = await advanceWave(ledger, ref, { judgingAt: clock.now() });
  const deployed = [...(await readDeployments(ledger, ref)).values()].filter((each) => each.outcome === 'deployed');
  const lastWriteAt = deployed.length === 0 ? judgingAt : Math.max(...deployed.map((each) => each.endedAt));
  const names = deployed.map((each) => each.target).sort();
  const targets = targetsOf(release, names);
  const tallies = await readSlices(ref, lastWriteAt, outside);
  const judgements: Judgement[] = [
    ...judgeProbes(probeGates(release, wave), names, tallies, tools),
    ...(ref.direction === 'forward' ? await measureMetrics(release, wave, targets, tools, signal) : []),
  ];
  const stop = ref.direction === 'forward' ? await readStop(ledger, ref) : undefined;
  const rules = ref.direction === 'forward' ? wave : { ...wave, soakMs: 0 };
  const facts = { now: clock.now(), lastWriteAt, ...(stop === undefined ? {} : { stop: stop.because }) };
  let next = nextSoak(rules, { ...facts, judgements });
  if (next.status === 'passed') {
    for (const target of targets) judgements.push(await tools.verifyTarget(target, signal));
    next = nextSoak(rules, { ...facts, judgements });
  }
  const moment = next.status === 'in-progress' ? 'during' : 'after';
  for (const judgement of judgements) await keepJudgement(ledger, ref, moment, clock.now(), judgement);
  // A wave that was stopped has gates that nobody waited for; that they say nothing is no news.
  const told = next.status === 'failed' ? judgements.filter(({ verdict }) => verdict !== 'inconclusive') : judgements;
  if (next.status !== 'in-progress') await recordVerdicts(ref, moment, told, outside);
  return next;
};
