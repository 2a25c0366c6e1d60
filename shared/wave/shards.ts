import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { probeGates } from './gate-tools.ts';

/** One of the prober's invocations side by side, counted from 0, and how many there are. */
export interface Shard {
  readonly shard: number;
  readonly of: number;
}

/** The only one of a wave whose targets one invocation probes. */
export const WHOLE: Shard = { shard: 0, of: 1 };

/** First attempts a second that one invocation begins: each may be a TLS handshake, and it has a third of a core (512 MB). */
const PER_SECOND = 100;
/** Each calls seven events of history every ten minutes: ten keep a soak of 12 hours under 5,000 with all the rest. */
const MOST_SHARDS = 10;

/**
 * Over how many invocations a wave's probes are spread: 1,000 targets that are asked once a second over ten. From the release alone, so that
 * whoever reads what they saw knows how many there are. Beyond 1,000 attempts a second each has more than it can begin, and leaves some out.
 */
export const shardsOf = (release: Release, wave: Wave): readonly Shard[] => {
  const rates = Object.values(probeGates(release, wave)).map(({ rate }) => rate);
  const perSecond = wave.targets.length * rates.reduce((sum, rate) => sum + rate, 0);
  const of = Math.min(MOST_SHARDS, Math.max(1, Math.ceil(perSecond / PER_SECOND)));
  return Array.from({ length: of }, (_, shard) => ({ shard, of }));
};

/** The shard that a target of a wave is probed by. By its place in the wave, so that batches are spread over all. */
export const shardOf = (target: string, wave: Pick<Wave, 'targets'>, of: number): number =>
  Math.max(0, wave.targets.indexOf(target)) % of;

/** The shards that these targets are in: one none of whose targets could be deployed to has nothing to show, and is not waited for. */
export const shardsWith = (release: Release, wave: Wave, names: readonly string[]): readonly Shard[] =>
  shardsOf(release, wave).filter(({ shard, of }) => names.some((name) => shardOf(name, wave, of) === shard));
