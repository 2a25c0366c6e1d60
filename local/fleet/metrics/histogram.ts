import { type Bucket, boundOf, bucketQuantile } from '../../../shared/analysis/scrape/bucket-quantile.ts';
import { type Labels, labelsKey } from './series.ts';
import { groupLabels, type Vector } from './vector.ts';

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
