import type { Attempt } from './attempt.ts';

/** One first attempt, and the retry that confirmed or did not confirm its failure. */
export interface Sample {
  readonly gate: string;
  readonly target: string;
  readonly first: Attempt;
  readonly retry?: Attempt;
}

/** What the samples of one gate on one target add up to. Plain data: two that follow each other can be joined. */
export interface Tally {
  readonly gate: string;
  readonly target: string;
  /** The address that was asked. */
  readonly query: string;
  /** First attempts that say something of what is probed: passed or failed. */
  readonly attempts: number;
  readonly failedFirst: number;
  /** Failed first attempts whose retry failed too. */
  readonly failedConfirmed: number;
  /** First attempts that say nothing; not among `attempts`. */
  readonly invalid: number;
  /** Lengths of the runs of confirmed failures: at the beginning, at the end, the longest. An invalid one does not end a run. */
  readonly run: { readonly leading: number; readonly trailing: number; readonly longest: number };
  readonly firstFailure?: Attempt;
  /** Epoch milliseconds of the first and the last sample; equal where there is none. */
  readonly from: number;
  readonly to: number;
}

export const emptyTally = (gate: string, target: string, query: string, at: number): Tally => ({
  gate,
  target,
  query,
  attempts: 0,
  failedFirst: 0,
  failedConfirmed: 0,
  invalid: 0,
  run: { leading: 0, trailing: 0, longest: 0 },
  from: at,
  to: at,
});

/** The tally with one more sample, which began after all that are in it. */
export const countSample = (tally: Tally, { first, retry }: Sample): Tally => {
  const to = Math.round(first.at + first.durationMs + (retry?.durationMs ?? 0));
  const one: Tally = { ...emptyTally(tally.gate, tally.target, tally.query, first.at), to };
  if (first.verdict === 'invalid') return joinTallies(tally, { ...one, invalid: 1 });
  if (first.verdict === 'pass') return joinTallies(tally, { ...one, attempts: 1 });
  const confirmed = retry?.verdict === 'fail' ? 1 : 0;
  const run = { leading: confirmed, trailing: confirmed, longest: confirmed };
  return joinTallies(tally, {
    ...one,
    attempts: 1,
    failedFirst: 1,
    failedConfirmed: confirmed,
    run,
    firstFailure: first,
  });
};

/** Two tallies of one gate and target as one; `later` begins where `earlier` ended. */
export const joinTallies = (earlier: Tally, later: Tally): Tally => {
  const firstFailure = earlier.firstFailure ?? later.firstFailure;
  const joined = earlier.run.trailing + later.run.leading;
  const { gate, target, query } = later;
  return {
    gate,
    target,
    query,
    attempts: earlier.attempts + later.attempts,
    failedFirst: earlier.failedFirst + later.failedFirst,
    failedConfirmed: earlier.failedConfirmed + later.failedConfirmed,
    invalid: earlier.invalid + later.invalid,
    run: {
      leading: earlier.run.leading === earlier.attempts ? earlier.attempts + later.run.leading : earlier.run.leading,
      trailing: later.run.trailing === later.attempts ? earlier.run.trailing + later.attempts : later.run.trailing,
      longest: Math.max(earlier.run.longest, later.run.longest, joined),
    },
    ...(firstFailure === undefined ? {} : { firstFailure }),
    from: counted(earlier) ? earlier.from : later.from,
    to: counted(later) ? later.to : earlier.to,
  };
};

const counted = ({ attempts, invalid }: Tally): boolean => attempts + invalid > 0;
