import type { Ledger, Row } from '../ledger/ledger.ts';
import { stored, update } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';

/** A probe gate of a target that fails from a region now. */
export interface FailingProbe {
  readonly gate: string;
  readonly target: string;
  readonly because: string;
}

/** What the loop of one region tells those of the others, which probe the same targets. */
export interface ProberLoop {
  readonly region: string;
  /** Which run of it wrote this. */
  readonly run: string;
  /** Epoch milliseconds until which it is heard: it renews that with every slice. */
  readonly until: number;
  /** This run is over, and the next may begin. */
  readonly isOver: boolean;
  readonly failing: readonly FailingProbe[];
  /** It has reached something, or found that it does not answer: before that it says neither that targets are well nor that they are not. */
  readonly hasSeen: boolean;
  /** Every attempt of its last slice was its own fault, and said nothing of what is probed. */
  readonly isMute: boolean;
  /** None of the targets that it probes, of which there are two at least, was to be reached in its last slice. */
  readonly isDark: boolean;
}

/** The loop of a region over one part of a wave's targets. */
export interface LoopPlace {
  readonly ref: WaveRef;
  readonly shard: number;
  readonly region: string;
}

const partitionOf = ({ rollout, wave, direction }: WaveRef) => `probes#${rollout}#${wave}#${direction}#loops`;
const keyOf = ({ ref, shard, region }: LoopPlace) => ({ partition: partitionOf(ref), sort: `${shard}#${region}` });
const uncalledKey = ({ ref, shard, region }: LoopPlace) => ({
  partition: partitionOf(ref),
  sort: `uncalled#${shard}#${region}`,
});

const loopOf = (row: Row): ProberLoop => stored<ProberLoop>(row);

/** Begins a run of a loop, unless another goes on: two would count what they see twice. One that takes over asks nobody. Whether it may. */
export const claimLoop = async (
  ledger: Ledger,
  place: LoopPlace,
  run: string,
  now: number,
  until: number,
  takesOver: boolean,
): Promise<boolean> => {
  const row = await update(ledger, keyOf(place), (before) => {
    const known = before === undefined ? undefined : loopOf(before);
    if (!takesOver && known !== undefined && known.run !== run && !known.isOver && known.until > now) return undefined;
    const { failing = [], hasSeen = false, isMute = false, isDark = false } = known ?? {};
    return { region: place.region, run, until, isOver: false, failing, hasSeen, isMute, isDark };
  });
  return row !== undefined && loopOf(row).run === run;
};

/** Renews a loop with what it sees. What another run has begun meanwhile stays. */
export const keepLoop = async (ledger: Ledger, place: LoopPlace, loop: Omit<ProberLoop, 'region'>): Promise<void> => {
  await update(ledger, keyOf(place), (before) =>
    before !== undefined && loopOf(before).run !== loop.run ? undefined : { region: place.region, ...loop },
  );
};

/** The loops of all regions over a part of the wave's targets, by region. */
export const readLoops = async (ledger: Ledger, ref: WaveRef, shard: number): Promise<readonly ProberLoop[]> =>
  (await ledger.query(partitionOf(ref), { prefix: `${shard}#` })).map(loopOf);

/** Keeps why the loop of a region could not be called. */
export const keepUncalled = async (ledger: Ledger, place: LoopPlace, because: string): Promise<void> => {
  await update(ledger, uncalledKey(place), () => ({ because }));
};

/** Why the loop of a region could not be called when that was last tried and failed, if it ever was. */
export const readUncalled = async (ledger: Ledger, place: LoopPlace): Promise<string | undefined> => {
  const row = await ledger.get(uncalledKey(place));
  return row === undefined ? undefined : stored<{ readonly because: string }>(row).because;
};
