/** A bucket of a classic histogram: how many observations were at most `upper`. */
export interface Bucket {
  readonly upper: number;
  readonly count: number;
}

/** The bound that a label `le` says; `undefined` for text that is none. */
export const boundOf = (text: string | undefined): number | undefined => {
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

/**
 * A quantile of a classic histogram as Prometheus computes it (`promql/quantile.go`, bucketQuantile): linear within the bucket that
 * holds it, in the last one the bound of the one before; NaN without observations or without a last bucket of +Inf. Buckets of one
 * bound are added up.
 */
export const bucketQuantile = (quantile: number, unordered: readonly Bucket[]): number => {
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
