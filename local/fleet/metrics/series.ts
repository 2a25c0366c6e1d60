/** Label names to values; the metric's name is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  /** In the order of time, no two of one time. */
  readonly samples: readonly Sample[];
}

/** A sample that would rewrite the past of its series. */
export class SampleRefused extends Error {
  override readonly name = 'SampleRefused';
  constructor(name: string, at: number, last: number) {
    const shown = (time: number) => new Date(time).toISOString();
    super(`sample of ${name} at ${shown(at)}: the series is already at ${shown(last)}; samples are added in order`);
  }
}

export interface SeriesStore {
  /** Throws `SampleRefused` for a time before the last one of its series; at the same time the new value counts. */
  add(name: string, labels: Labels, value: number, at: number): void;
  /** All series, or those of one metric, ordered by their labels. */
  select(name?: string): readonly Series[];
}

/** A label that is empty is the same as none; order does not matter. */
export const sortedLabels = (labels: Labels): Labels =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** One text per set of labels. */
export const labelsKey = (labels: Labels): string => JSON.stringify(Object.entries(sortedLabels(labels)));

interface Identity {
  readonly named: Labels;
  readonly key: string;
}

interface Kept {
  readonly labels: Labels;
  samples: Sample[];
}

/** Keeps samples in memory for `retentionMs` behind the newest of their series; a series that ended goes when another grows. */
export const seriesStore = (retentionMs: number): SeriesStore => {
  const metrics = new Map<string, Map<string, Kept>>();
  // Whoever adds to a series hands the same labels each time: they are put in order once.
  const identities = new WeakMap<Labels, Map<string, Identity>>();
  const identityOf = (name: string, labels: Labels): Identity => {
    const byName = identities.get(labels) ?? new Map<string, Identity>();
    identities.set(labels, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const named = sortedLabels({ ...labels, __name__: name });
    const identity = { named, key: labelsKey(named) };
    byName.set(name, identity);
    return identity;
  };
  return {
    add: (name, labels, value, at) => {
      const { named, key } = identityOf(name, labels);
      const metric = metrics.get(name) ?? new Map<string, Kept>();
      metrics.set(name, metric);
      const kept = metric.get(key) ?? { labels: named, samples: [] };
      const last = kept.samples.at(-1);
      if (last && last.at > at) throw new SampleRefused(name, at, last.at);
      if (last?.at === at) kept.samples.pop();
      kept.samples.push({ at, value });
      metric.set(key, kept);
      // Amortised: the array is rebuilt once per quarter of the retention, not with each sample.
      const [oldest] = kept.samples;
      if (!oldest || oldest.at >= at - 1.25 * retentionMs) return;
      kept.samples = kept.samples.filter((sample) => sample.at > at - retentionMs);
      for (const [other, { samples }] of metric) {
        if ((samples.at(-1)?.at ?? 0) <= at - retentionMs) metric.delete(other);
      }
    },
    select: (name) => {
      const chosen = name === undefined ? [...metrics.values()] : [metrics.get(name) ?? new Map<string, Kept>()];
      return chosen
        .flatMap((metric) => [...metric])
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, kept]) => kept);
    },
  };
};
