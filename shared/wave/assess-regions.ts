import type { Standing } from '../availability/standing.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';

/** What was seen of a wave's targets from elsewhere: the region that the wave's own prober stands in, and how the others see them. */
export interface SeenFrom {
  readonly home: string;
  readonly standings: readonly Standing[];
  /** The last write: what was seen before it says nothing of what was written. */
  readonly since: number;
}

/**
 * A probe gate on one target with what other regions see of it since the last write. Regions that were not heard since, or have themselves to
 * blame, have no say.
 *
 * | home | others that fail | without a quorum | with a quorum of n |
 * | --- | --- | --- | --- |
 * | any | none | home's verdict | home's verdict, a fail inconclusive where n are heard |
 * | fail | any | fail | fail from n on, else inconclusive |
 * | pass | one | inconclusive: the path from there, or a part of what serves | the same; fail where n is 1 |
 * | pass | two or more | fail | fail from n on, else inconclusive |
 *
 * A quorum is of regions that are heard: where fewer are, all of them. So the default stops a wave at the first sound fail of its own prober,
 * and takes two for what only others see. Pure.
 */
export const assessRegions = (
  judgement: Judgement,
  { quorum }: Pick<ProbeGate, 'quorum'>,
  { home, standings, since }: SeenFrom,
): Judgement => {
  const others = standings.filter(({ target, region }) => target === judgement.target && region !== home);
  const heard = others.filter(({ at, isOwnFault }) => at >= since && !isOwnFault);
  if (heard.length === 0) return judgement;
  const failing = heard.filter(({ failing: gates }) => gates.some(({ gate }) => gate === judgement.gate));
  const homeFails = judgement.verdict === 'fail';
  const count = failing.length + (homeFails ? 1 : 0);
  if (count === 0) return judgement;
  const needed = quorum === undefined ? (homeFails ? 1 : 2) : Math.min(quorum, heard.length + 1);
  const from = [...(homeFails ? [home] : []), ...failing.map(({ region }) => region)].sort();
  const all = heard.length + 1;
  const where = `it fails from ${from.join(' and ')}, ${count} of ${all} regions`;
  const path = count === 1 && all > 1 ? ': the path from there, or a part of what serves, is at fault' : '';
  const first = failing[0]?.failing.find(({ gate }) => gate === judgement.gate)?.because;
  const seen = homeFails || first === undefined ? '' : ` (${first})`;
  const because = `${judgement.because}; ${where}${path}${seen}`;
  if (count >= needed) return { ...judgement, verdict: 'fail', because };
  return { ...judgement, verdict: 'inconclusive', because: `${because}; ${needed} are needed to tell` };
};
