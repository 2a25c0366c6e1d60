import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { queryAll, stored } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Probed } from '../probe/prober.ts';
import type { Tally } from '../probe/tally.ts';

interface SliceRow {
  readonly from: number;
  readonly to: number;
  readonly tallies: Digest;
  readonly samples: Digest;
}

const partitionOf = (ref: WaveRef) => `probes#${ref.rollout}#${ref.wave}#${ref.direction}`;

/** Keeps what a stretch of probing showed. The same stretch again replaces nothing. */
export const keepSlice = async (
  ref: WaveRef,
  from: number,
  to: number,
  { tallies, samples }: Probed,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<void> => {
  const row: SliceRow = { from, to, tallies: await putJson(blobs, tallies), samples: await putJson(blobs, samples) };
  const sort = String(from).padStart(15, '0');
  await ledger.put({ partition: partitionOf(ref), sort, data: { ...row }, expect: 'absent' });
};

/** All that was seen in stretches that began at `since` or later. A stretch across it does not count: it may hold samples from before. */
export const readSlices = async (
  ref: WaveRef,
  since: number,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Tally[]> => {
  const rows = (await queryAll(ledger, partitionOf(ref))).map((row) => stored<SliceRow>(row));
  const within = rows.filter((row) => row.from >= since);
  return (await Promise.all(within.map((row) => getJson<readonly Tally[]>(blobs, row.tallies)))).flat();
};
