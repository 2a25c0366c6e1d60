import type { Standing } from '../availability/standing.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';

/** How one region sees one target by one gate, since the last write. */
export interface RegionJudgement {
  readonly region: string;
  readonly judgement: Judgement;
  /** Its loop goes on, and nothing of it is there yet. */
  readonly isAwaited?: boolean;
}

/** How many regions have to see a target fail, of so many that are heard: two, or what the gate asks for; where fewer are heard, all. Pure. */
export const regionsNeeded = ({ quorum = 2 }: Pick<ProbeGate, 'quorum'>, heard: number): number =>
  Math.min(quorum, heard);

/** The words for where something fails, after what failed. Nothing where one region is all there is. Pure. */
export const saidFrom = (failing: readonly string[], heard: number): string => {
  if (failing.length === 0 || heard < 2) return '';
  const from = [...failing].sort().join(' and ');
  const path = failing.length === 1 ? ': the path from there, or a part of what serves, is at fault' : '';
  return `; it fails from ${from}, ${failing.length} of ${heard} regions${path}`;
};

/**
 * A probe gate on one target by what every region sees of it: `seen` of the wave's own loops, the home region's first, and for a region whose
 * loop has nothing to say how it stood on schedule since the last write. A region that was not heard, or has itself to blame, has no say; one
 * that has too few samples yet, or is about to have the first, is heard, so that nobody decides before it.
 *
 * | of those heard fail | without a quorum | with a quorum of n |
 * | --- | --- | --- |
 * | none, and home has failures in what it can not judge yet | inconclusive, whoever else passes: it may be on its way to a fail | the same |
 * | none, otherwise | the first verdict there is, home's before the others' | the same |
 * | one, and it is the only one heard | fail | fail |
 * | one of several | inconclusive: the path from there, or a part of what serves | the same; fail where n is 1 |
 * | two or more | fail | fail from n on, else inconclusive |
 *
 * Where fewer regions are heard than are asked for, all of them have to see it. Pure.
 */
export const assessRegions = (
  seen: readonly RegionJudgement[],
  gate: Pick<ProbeGate, 'quorum'>,
  standings: readonly Standing[],
  since: number,
): Judgement => {
  const [home] = seen;
  if (home === undefined) throw new Error('a gate was judged from no region');
  const votes = [
    ...seen.flatMap((each) => loopVote(each)),
    ...standings.flatMap((standing) => scheduledVote(standing, seen, home.judgement, since)),
  ];
  const said = seen.find(({ judgement }) => isDecided(judgement)) ?? home;
  const failing = votes.filter(({ verdict }) => verdict === 'fail');
  if (failing.length === 0) return hasFailures(home.judgement) ? home.judgement : said.judgement;
  const shown = seen.find(({ judgement: { verdict } }) => verdict === 'fail')?.judgement ?? said.judgement;
  const needed = regionsNeeded(gate, votes.length);
  const where = saidFrom(
    failing.map(({ region }) => region),
    votes.length,
  );
  const first = shown.verdict === 'fail' ? '' : ` (${failing[0]?.because})`;
  const because = `${shown.because}${where}${first}`;
  if (failing.length >= needed) return { ...shown, verdict: 'fail', because };
  return { ...shown, verdict: 'inconclusive', because: `${because}; ${needed} are needed to tell` };
};

/** Failures that are too few, or among too few samples, for a verdict. */
const hasFailures = (judgement: Judgement): boolean => !isDecided(judgement) && (judgement.value ?? 0) > 0;

interface Vote {
  readonly region: string;
  readonly verdict: Verdict;
  readonly because: string;
}

/** What a region says by its loop. */
const loopVote = ({ region, judgement, isAwaited }: RegionJudgement): readonly Vote[] => {
  const { verdict, because, samples = 0 } = judgement;
  return isDecided(judgement) || samples > 0 || isAwaited === true ? [{ region, verdict, because }] : [];
};

const isDecided = ({ verdict }: Judgement): boolean => verdict === 'pass' || verdict === 'fail';

/** What a region says by its last scheduled slot, where it says nothing by its loop. */
const scheduledVote = (
  { target, region, at, failing, isOwnFault, mute = [] }: Standing,
  seen: readonly RegionJudgement[],
  asked: Judgement,
  since: number,
): readonly Vote[] => {
  const hasSaid = seen.some((each) => each.region === region && loopVote(each).length > 0);
  const isHome = seen[0]?.region === region;
  if (target !== asked.target || isHome || hasSaid || at < since || isOwnFault || mute.includes(asked.gate)) return [];
  const fails = failing.find(({ gate }) => gate === asked.gate);
  return [{ region, verdict: fails === undefined ? 'pass' : 'fail', because: fails?.because ?? '' }];
};
