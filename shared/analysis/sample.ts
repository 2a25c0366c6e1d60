/**
 * The answer to one question to a metric store, whatever the store. Only `value` can be judged: a NaN, an empty answer and one that
 * came with warnings are `nodata`; an answer that could not be had or understood is `error`. Infinity is a value, and never passes.
 */
export type Sample =
  | { readonly kind: 'value'; readonly value: number /** Epoch milliseconds it was asked for. */; readonly at: number }
  | { readonly kind: 'nodata'; readonly reason: string }
  | { readonly kind: 'error'; readonly reason: string };

/** The reason of an answer that is empty, as when nothing that was asked for has ever happened. */
export const NO_SERIES = 'no series';

export const nodata = (reason: string): Sample & { readonly kind: 'nodata' } => ({ kind: 'nodata', reason });
export const failure = (reason: string): Sample & { readonly kind: 'error' } => ({ kind: 'error', reason });

/** A number as it was read: NaN is no data. */
export const valueSample = (value: number, at: number): Sample =>
  Number.isNaN(value) ? nodata('NaN') : { kind: 'value', value, at };
