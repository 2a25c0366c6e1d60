import type { Missed } from './rehearsed.ts';

/** From when the fleet was halted, and until when; absent: to the end. Epoch milliseconds. */
export interface Halt {
  readonly from: number;
  readonly until?: number;
}

/** So long a write that was under way may take: what is read before each write is a moment old. */
const graceMs = 30_000;

/** Targets that were written to while the fleet was halted, which nothing may be, as what did not come true. `writes`: when, by target. Pure. */
export const assessHalts = (
  halts: readonly Halt[],
  writes: ReadonlyMap<string, readonly number[]>,
): readonly Missed[] => {
  const isHalted = (at: number): boolean =>
    halts.some(({ from, until = Number.POSITIVE_INFINITY }) => at >= from + graceMs && at < until);
  const written = [...writes].filter(([, times]) => times.some(isHalted)).map(([target]) => target);
  return written.length === 0
    ? []
    : [{ expected: 'nothing is written while the fleet is halted', came: `written: ${written.join(', ')}` }];
};
