import type { Outside } from '../../outside/outside.ts';
import type { Age } from '../assess-metric.ts';
import type { QueryLanguage } from '../fill-query.ts';
import type { Sample } from '../sample.ts';

/** The answer to one query: the one shape that every store's answers have. Warnings beside a value have made it `nodata` already. */
export interface Reading {
  readonly sample: Sample;
  /** How old the newest point is, for each thing that was read. None: nothing was read that measures anything. */
  readonly ages: readonly Age[];
  /** Points or series that the value is made of, where the store tells. */
  readonly points?: number;
}

/** Answers to queries that belong together, and the time they speak of. */
export interface Readings {
  readonly readings: readonly Reading[];
  readonly window: { readonly from: number; readonly to: number };
}

/** One store, asked for one target. */
export interface StoreReader {
  readonly language: QueryLanguage;
  /**
   * Asks for one value, or for errors and requests, as of one moment; as many readings as queries, in their order. Never rejects but
   * when the measurement is aborted: what could not be had is an `error` sample.
   */
  read(queries: readonly string[]): Promise<Readings>;
  /** Whether an empty answer for the errors is known to mean that nothing failed. Absent: the store can not tell. */
  hasNoErrors?(errors: string, requests: string): Promise<boolean>;
  /** The same store as it was at another moment. Absent: it can only be asked for now. */
  asOf?(at: number): StoreReader;
  /** Values of a query from one moment to another, evenly apart and oldest first. Absent: it can not be asked. */
  series?(query: string, span: Span): Promise<Series>;
}

/** A stretch of time and how far apart values of it are taken, milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** Values over a stretch of time, oldest first and those that are no number left out; or why there are none. */
export type Series =
  | { readonly points: readonly { readonly at: number; readonly value: number }[] }
  | { readonly missing: Exclude<Sample, { kind: 'value' }> };

/** What asking a store needs of the outside. */
export type StoreOutside = Pick<Outside, 'http' | 'secrets' | 'clock'>;

/** A reading of which nothing is known but why. */
export const unread = (sample: Exclude<Sample, { kind: 'value' }>, subject: string): Reading => ({
  sample,
  ages: [{ selector: subject, seconds: sample }],
});
