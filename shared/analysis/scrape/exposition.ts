/** One series of an exposition, as it was at the reading. */
export interface ExposedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds, where the exposition says when it was measured. Else it was measured for the reading. */
  readonly at?: number;
}

export type ExposedType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** What one process exposes at one moment. */
export interface Exposition {
  /** By name and labels, each once. */
  readonly series: ReadonlyMap<string, ExposedSeries>;
  /** Types of metric families, by the family's name. */
  readonly types: ReadonlyMap<string, ExposedType>;
}

/** Text that is no exposition: half of one is none. */
export class ExpositionUnreadable extends Error {
  override readonly name = 'ExpositionUnreadable';
  constructor(line: number, because: string) {
    super(`line ${line} of the exposition: ${because}`);
  }
}

/** More series than this are not read: a gate asks for a few of them. */
const MOST_SERIES = 100_000;

/** One text for one name and set of labels, in whatever order they were written. */
export const seriesKey = (name: string, labels: Readonly<Record<string, string>>): string =>
  JSON.stringify([
    name,
    ...Object.keys(labels)
      .sort()
      .map((label) => [label, labels[label]]),
  ]);

/** Collects series, each once: of several points of one series the newest counts, two that can not be told apart are a mistake. */
export const exposing = () => {
  const series = new Map<string, ExposedSeries>();
  const types = new Map<string, ExposedType>();
  return {
    series,
    types,
    add: (each: ExposedSeries, line: number): void => {
      const key = seriesKey(each.name, each.labels);
      const before = series.get(key);
      if (before !== undefined && (each.at === undefined || before.at === undefined || each.at === before.at))
        throw new ExpositionUnreadable(line, `${each.name} is there twice with the same labels`);
      if (series.size >= MOST_SERIES)
        throw new ExpositionUnreadable(line, `more than ${MOST_SERIES} series, of which a gate needs a few`);
      if (before?.at === undefined || each.at === undefined || each.at > before.at) series.set(key, each);
    },
  };
};
