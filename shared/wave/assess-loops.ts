import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { regionsNeeded, saidFrom } from './assess-regions.ts';
import type { ProberLoop } from './prober-loops.ts';

/**
 * Whether a slice showed a region nothing but darkness: by every probe of at least two targets it began or ended with confirmed failures, or
 * had as many in a row as stop a wave. A probe that must fail says nothing here. Pure.
 */
export const isDark = (tallies: readonly Tally[], gates: Readonly<Record<string, ProbeGate>>): boolean => {
  const seen = tallies.filter(({ gate, attempts }) => attempts > 0 && gates[gate]?.mustFail !== true);
  if (new Set(seen.map(({ target }) => target)).size < 2) return false;
  return (
    seen.every(({ run }) => run.leading > 0) ||
    seen.every(({ run }) => run.trailing > 0) ||
    seen.every(({ gate, run }) => run.longest >= (gates[gate]?.consecutive ?? 1))
  );
};

/**
 * Whether a region that sees nothing has itself to blame: others do see the same targets, and none of them sees any fail. Those whose
 * attempts are all their own fault, or that have none yet, are no witness. Pure.
 */
export const isBlind = (loop: Pick<ProberLoop, 'region' | 'isDark'>, heard: readonly ProberLoop[]): boolean => {
  const others = heard.filter(({ region, hasSeen, isMute }) => region !== loop.region && hasSeen && !isMute);
  return loop.isDark && others.length > 0 && others.every(({ failing, isDark }) => failing.length === 0 && !isDark);
};

/**
 * What a failed probe of one region means for the wave, by what the loops of the others see at this moment: a fail from as many regions as are
 * needed of those that are heard and not blind, else inconclusive. Pure.
 */
export const assessLoops = (
  judgement: Judgement,
  gate: Pick<ProbeGate, 'quorum'>,
  loops: readonly ProberLoop[],
  now: number,
): Judgement => {
  const heard = loops.filter(({ until, isMute }) => until > now && !isMute);
  const seeing = heard.filter((loop) => !isBlind(loop, heard));
  const failing = seeing
    .filter((loop) => loop.failing.some((each) => each.gate === judgement.gate && each.target === judgement.target))
    .map(({ region }) => region);
  const isEnough = failing.length > 0 && failing.length >= regionsNeeded(gate, seeing.length);
  const because = `${judgement.because}${saidFrom(failing, seeing.length)}`;
  return { ...judgement, verdict: isEnough ? 'fail' : 'inconclusive', because };
};

/** What a region saw that has itself to blame is counted, and as nothing. Pure. */
export const asInvalid = (tally: Tally): Tally => {
  const { firstFailure: _, ...rest } = tally;
  return {
    ...rest,
    attempts: 0,
    failedFirst: 0,
    failedConfirmed: 0,
    invalid: tally.attempts + tally.invalid,
    run: { leading: 0, trailing: 0, longest: 0 },
  };
};
