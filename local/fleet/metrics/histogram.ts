import { type Labels, labelsKey } from './series.ts';
import { groupLabels, type Vector } from './vector.ts';

interface Bucket {
  readonly upper: number;
  readonly count: number;
}

/**
 * `histogram_quantile` of classic histograms: per set of labels without `le`, linear within the bucket that holds the quantile.
 * Series without a readable `le` are left out.
 */
export const histogramQuantile = (quantile: number, vector: Vector, at: number): Vector => {
  const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  for (const element of vector) {
    const upper = boundOf(element.labels.le);
    if (upper === undefined) continue;
    const labels = groupLabels(element.labels, { keep: false, labels: ['le'] });
    const key = labelsKey(labels);
    const group = groups.get(key) ?? { labels, buckets: [] };
    group.buckets.push({ upper, count: element.value });
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, buckets }) => ({ labels, at, value: bucketQuantile(quantile, buckets) }));
};

const boundOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text.trim() === '') return undefined;
  const bound = /^\+?inf$/i.test(text) ? Infinity : Number(text);
  return Number.isNaN(bound) ? undefined : bound;
};

/** Cumulative counts that go down, as when buckets were read at different moments, are held at what they were. */
const monotonic = (buckets: readonly Bucket[]): readonly Bucket[] => {
  const byBound = new Map<number, number>();
  for (const { upper, count } of buckets) byBound.set(upper, (byBound.get(upper) ?? 0) + count);
  let most = Number.NEGATIVE_INFINITY;
  return [...byBound]
    .sort(([a], [b]) => a - b)
    .map(([upper, count]) => {
      most = Math.max(most, count);
      return { upper, count: most };
    });
};

const bucketQuantile = (quantile: number, unordered: readonly Bucket[]): number => {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Infinity;
  const buckets = monotonic(unordered);
  const total = buckets.at(-1);
  if (total === undefined || total.upper !== Infinity || buckets.length < 2 || !(total.count > 0)) return Number.NaN;
  const rank = quantile * total.count;
  const found = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[found];
  if (bucket === undefined || found === buckets.length - 1) return buckets.at(-2)?.upper ?? Number.NaN;
  if (found === 0 && bucket.upper <= 0) return bucket.upper;
  const below = buckets[found - 1] ?? { upper: 0, count: 0 };
  return below.upper + (bucket.upper - below.upper) * ((rank - below.count) / (bucket.count - below.count));
};
