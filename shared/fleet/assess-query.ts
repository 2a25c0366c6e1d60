import type { StoreKind } from '../rollout/metric-source.ts';

/** What a query says of itself without being asked of a store. */
export interface QueryAssessed {
  /** What is wrong with it, and what would be right. */
  readonly fault?: { readonly what: string; readonly expected: string };
  /** How far it looks back, milliseconds; 0 where it does not say. */
  readonly windowMs: number;
}

/** Reads a query in the language of a kind of store, placeholders in it or not. Handed in, as it belongs to what asks stores. */
export type AssessQuery = (kind: StoreKind, query: string) => QueryAssessed;
