import type { StoreKind } from './metric-source.ts';

/** What stands in a query for the time that it is asked over, where one gate asks it over several. */
const WINDOW = '{window}';

const UNITS: readonly (readonly [letter: string, word: string, ms: number])[] = [
  ['d', 'days', 86_400_000],
  ['h', 'hours', 3_600_000],
  ['m', 'minutes', 60_000],
  ['s', 'seconds', 1_000],
];

/** Whether a query says where its window goes. */
export const namesWindow = (query: string): boolean => query.includes(WINDOW);

/** Stores that are asked for a time beside the query; the others are told it in the query. */
export const isAskedForTime = (kind: StoreKind): boolean => kind === 'cloudwatch' || kind === 'datadog';

/** Stores that keep counts for longer than a measurement takes. */
export const keepsCounts = (kind: StoreKind): boolean =>
  isAskedForTime(kind) || kind === 'prometheus' || kind.startsWith('influxdb');

/** A query with its window as the language of the store writes one: `5m`, and in SQL `5 minutes`. Whole seconds. */
export const fillWindow = (query: string, windowMs: number, kind: StoreKind): string => {
  const [letter, word, ms] = UNITS.find((unit) => windowMs % unit[2] === 0) ?? (['s', 'seconds', 1_000] as const);
  const count = Math.max(1, Math.round(windowMs / ms));
  return query.replaceAll(WINDOW, kind === 'influxdb3' ? `${count} ${word}` : `${count}${letter}`);
};
