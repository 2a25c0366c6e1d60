import type { Standing } from '../availability/standing.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { assessRegions, type RegionJudgement } from './assess-regions.ts';
import { type GateTools, judgeProbes } from './gate-tools.ts';
import { type Probing, sumSlices } from './probe-slices.ts';
import { readLoops, readUncalled } from './prober-loops.ts';
import type { Shard } from './shards.ts';

/** How the regions that probe on schedule see all targets. */
export type ReadStandings = () => Promise<readonly Standing[]>;

/** What the loop of one region saw of a wave. */
export interface SeenFrom {
  readonly region: string;
  readonly probing: Probing;
  /** Its loop goes on. */
  readonly isOn: boolean;
}

/** What the loops of these regions saw since a moment, in their order: the home region's comes first. */
export const sumRegions = async (
  ref: WaveRef,
  regions: readonly string[],
  shards: readonly Shard[],
  since: number,
  gapMs: number,
  tools: Pick<GateTools, 'joinTallies'>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<readonly SeenFrom[]> => {
  const loops =
    regions.length < 2 ? [] : await Promise.all(shards.map(({ shard }) => readLoops(outside.ledger, ref, shard)));
  const now = outside.clock.now();
  return Promise.all(
    regions.map(async (region) => ({
      region,
      probing: await sumSlices({ ref, region }, shards, since, gapMs, tools.joinTallies, outside),
      isOn: loops.flat().some((loop) => loop.region === region && loop.until > now),
    })),
  );
};

/**
 * How closely a wave was looked at by all regions together: one that looks takes over from one that ended no more than a gap before. Where
 * neither looked in between there is a gap, whoever looked before it. Pure.
 */
export const lookedAt = (seen: readonly SeenFrom[], gapMs: number): Pick<Probing, 'unbrokenFrom' | 'to'> => {
  const [newest, ...earlier] = seen.map(({ probing }) => probing).toSorted((a, b) => b.to - a.to);
  if (newest === undefined) throw new Error('a wave was looked at from no region');
  let { unbrokenFrom } = newest;
  for (const each of earlier)
    if (unbrokenFrom - each.to <= gapMs) unbrokenFrom = Math.min(unbrokenFrom, each.unbrokenFrom);
  return { unbrokenFrom, to: newest.to };
};

/** Judges every probe gate on every target by what all regions saw. One that must fail is believed where it does, and nowhere where it passes. */
export const judgeRegions = async (
  gates: Readonly<Record<string, ProbeGate>>,
  targets: readonly string[],
  seen: readonly SeenFrom[],
  since: number,
  tools: Pick<GateTools, 'assessProbe' | 'joinTallies'> & { readonly readStandings: ReadStandings },
): Promise<readonly Judgement[]> => {
  const [home = [], ...others] = seen.map(({ region, probing: { tallies }, isOn }) =>
    judgeProbes(gates, targets, tallies, tools).map((judgement): RegionJudgement => {
      const { gate, target } = judgement;
      const isThere = tallies.some((tally) => tally.gate === gate && tally.target === target);
      return { region, judgement, isAwaited: isOn && !isThere };
    }),
  );
  if (home.length === 0) return [];
  const standings = await tools.readStandings();
  return home.map((first, at) => {
    const all = [first, ...others.flatMap((judged) => judged[at] ?? [])];
    const gate = gates[first.judgement.gate];
    if (gate === undefined) return first.judgement;
    return gate.mustFail ? worstOfMustFail(all) : assessRegions(all, gate, standings, since);
  });
};

/** A prober that says yes to what is known to be bad, in whichever region; else one that said no. */
const worstOfMustFail = (all: readonly RegionJudgement[]): Judgement => {
  const judged = all.map(({ judgement }) => judgement);
  const yesMan = judged.find(({ verdict, value }) => verdict !== 'pass' && value !== undefined && value !== 1);
  const found = yesMan ?? judged.find(({ verdict }) => verdict === 'pass') ?? judged[0];
  if (found === undefined) throw new Error('a probe that must fail was judged from no region');
  return found;
};

/** Tells of every region that was not heard for longer than a gap, while another was: it holds nothing, and people see it. */
export const silentRegions = async (
  ref: WaveRef,
  seen: readonly SeenFrom[],
  now: number,
  gapMs: number,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<readonly Judgement[]> => {
  const heard = seen.filter(({ probing }) => now - probing.to <= gapMs).map(({ region }) => region);
  const silent = seen.filter(({ region }) => !heard.includes(region));
  if (heard.length === 0) return [];
  return Promise.all(
    silent.map(async ({ region, probing }): Promise<Judgement> => {
      const uncalled = await readUncalled(ledger, { ref, shard: 0, region });
      const why = uncalled === undefined ? '' : ` (it could not be called: ${uncalled})`;
      const gate = `probing from ${region}`;
      const because = `gate ${gate}: not heard for ${Math.round((now - probing.to) / 1000)} s${why}; ${heard.join(' and ')} ${heard.length === 1 ? 'judges' : 'judge'} alone`;
      return { gate, kind: 'probe', verdict: 'inconclusive', effect: 'report', because };
    }),
  );
};
