import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { sortableTime } from '../ledger/sortable-time.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { Probed } from '../probe/prober.ts';
import type { Tally } from '../probe/tally.ts';
import type { LabelledSample } from './label-samples.ts';
import type { LoopPlace } from './prober-loops.ts';
import type { Shard } from './shards.ts';

interface SliceRow {
  readonly from: number;
  readonly to: number;
  readonly tallies: Digest;
  readonly samples: Digest;
}

/** Each loop has rows of its own: those of one are in the order of time, of several they would come between others that were read. */
const partitionOf = ({ ref, shard, region }: LoopPlace) =>
  `probes#${ref.rollout}#${ref.wave}#${ref.direction}#${shard}#${region}`;

/** Keeps what a stretch of probing showed. The same stretch again replaces nothing. */
export const keepSlice = async (
  place: LoopPlace,
  from: number,
  to: number,
  { tallies, samples }: { readonly tallies: Probed['tallies']; readonly samples: readonly LabelledSample[] },
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<void> => {
  const row: SliceRow = { from, to, tallies: await putJson(blobs, tallies), samples: await putJson(blobs, samples) };
  const sort = sortableTime(from);
  await ledger.put({ partition: partitionOf(place), sort, data: { ...row }, expect: 'absent' });
};

/** What was seen since a moment, joined per gate and target, and how closely that time was looked at. */
export interface Probing {
  readonly tallies: readonly Tally[];
  /** Since when there was no gap: the moment asked from, or the end of the last gap after it. */
  readonly unbrokenFrom: number;
  /** End of the last slice; the moment asked from where there is none. */
  readonly to: number;
}

/** A sum that is carried on, so that a soak of hours is not read from its beginning with every look. */
interface SumRow extends Omit<Probing, 'tallies'> {
  readonly since: number;
  /** Sort key of the last slice that is in it. */
  readonly through: string;
  readonly tallies: Digest;
}

const sumKey = (place: LoopPlace) => ({ partition: `${partitionOf(place)}#sum`, sort: 'sum' });

/**
 * All that was seen from one region in stretches that began at `since` or later. A stretch across it does not count: it may hold samples from before. The
 * sum is kept for the next look; more than `gapMs` between two slices is a gap; looking twice at once is safe, both sums being of the same slices.
 */
export const sumSlices = async (
  { ref, region }: Omit<LoopPlace, 'shard'>,
  shards: readonly Shard[],
  since: number,
  gapMs: number,
  join: (earlier: Tally, later: Tally) => Tally,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<Probing> => {
  const sums = await Promise.all(
    shards.map(({ shard }) => sumShard({ ref, shard, region }, since, gapMs, join, outside)),
  );
  return {
    tallies: sums.flatMap(({ tallies }) => tallies),
    // Looked at is only what every shard has looked at.
    unbrokenFrom: Math.max(since, ...sums.map(({ unbrokenFrom }) => unbrokenFrom)),
    to: Math.min(...sums.map(({ to }) => to)),
  };
};

const sumShard = async (
  place: LoopPlace,
  since: number,
  gapMs: number,
  join: (earlier: Tally, later: Tally) => Tally,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<Probing> => {
  const row = await ledger.get(sumKey(place));
  const kept = row === undefined ? undefined : stored<SumRow>(row);
  const carried = kept?.since === since ? kept : undefined;
  const joined = new Map<string, Tally>();
  const add = (tally: Tally) => {
    const place = `${tally.gate} ${tally.target}`;
    const before = joined.get(place);
    joined.set(place, before === undefined ? tally : join(before, tally));
  };
  for (const tally of carried === undefined ? [] : await getJson<readonly Tally[]>(blobs, carried.tallies)) add(tally);
  let { unbrokenFrom, to, through } = carried ?? { unbrokenFrom: since, to: since, through: '' };
  for (const slice of await ledger.query(partitionOf(place), through === '' ? {} : { after: through })) {
    const { from, to: end, tallies } = stored<SliceRow>(slice);
    through = slice.sort;
    if (from < since) continue;
    for (const tally of await getJson<readonly Tally[]>(blobs, tallies)) add(tally);
    if (from - to > gapMs) unbrokenFrom = from;
    to = end;
  }
  const tallies = [...joined.values()];
  const sum: SumRow = { since, through, unbrokenFrom, to, tallies: await putJson(blobs, tallies) };
  await update(ledger, sumKey(place), () => ({ ...sum }));
  return { tallies, unbrokenFrom, to };
};

/** The tallies of the last slice of a shard, where it ended at `since` or later: a run of failures goes on across invocations. */
export const lastTallies = async (
  place: LoopPlace,
  since: number,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Tally[]> => {
  const [last] = await ledger.query(partitionOf(place), { reverse: true, limit: 1 });
  if (last === undefined) return [];
  const { to, tallies } = stored<SliceRow>(last);
  return to < since ? [] : getJson<readonly Tally[]>(blobs, tallies);
};
