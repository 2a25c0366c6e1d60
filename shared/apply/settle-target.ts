import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { brief, type InProgress } from '../rollout/outcome.ts';
import type { SettledRule } from '../rollout/release.ts';
import type { Judged } from './settle/assess-workload.ts';
import { type Applied, type FollowedSet, followLandings } from './settle/follow-landings.ts';
import { type Evidence, gatherEvidence } from './settle/gather-evidence.ts';
import { spokenJudged } from './settle/spoken-judged.ts';
import { compileRules } from './settled/settled-by-rule.ts';

export interface SettleInput extends Omit<Applied, 'ruleOf'> {
  /** Of kinds that the built-in rules do not know, or not well enough. */
  readonly rules: readonly SettledRule[];
  /** Epoch milliseconds: when the wait began, and when it is over. */
  readonly since: number;
  readonly until: number;
}

export type SettleResult =
  | { readonly status: 'settled' }
  | InProgress
  | { readonly status: 'failed'; readonly because: string; readonly evidence: readonly Evidence[] };

/** Looked at again so soon although nothing has changed: patience ends by time alone. Costs no request. */
const lookAgainMs = 2000;
/** Kept free for the last look and the return. */
const reserveMs = 5000;

/**
 * Whether the target has become what was applied: progress holds the uids and generations for which alone anything is taken as settled.
 * Looks at once, then follows by watches, and looks again at every change, until it has, has failed, or the invocation ends;
 * nothing is kept between invocations but the input. A workload fails as soon as a pod of its newest state is doomed, or can not
 * be made, long before its progress deadline, with warnings and the last lines of a log as evidence; an object fails that
 * is gone or was replaced since it was applied; whatever is not settled at `until` fails. Reads only.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the target can not be read; the same call again is safe.
 */
export const settleTarget = async (
  input: SettleInput,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  { signal, deadline }: Invocation,
): Promise<SettleResult> => {
  const until = deadline - reserveMs;
  const followed = await followLandings(
    { ...input, ruleOf: compileRules(input.rules) },
    { cluster, clock, signal, until },
  );
  try {
    for (;;) {
      const result = assess(input, await followed.look(), clock.now(), followed);
      if ('lost' in result) {
        const evidence = await gatherEvidence(result.lost, cluster, signal);
        return { status: 'failed', because: result.because, evidence };
      }
      const waitMs = Math.min(lookAgainMs, until - clock.now(), Math.max(0, input.until - clock.now()));
      if (result.status !== 'in-progress' || waitMs <= 0 || signal.aborted) return result;
      await followed.changed(waitMs);
    }
  } finally {
    await followed.close();
  }
};

/** What is lost, and why. */
interface Lost {
  readonly because: string;
  readonly lost: readonly Judged[];
}

const assess = (
  { rendered, since, until }: SettleInput,
  judged: readonly Judged[],
  now: number,
  followed: FollowedSet,
): Exclude<SettleResult, { readonly status: 'failed' }> | Lost => {
  const open = judged.filter(({ settled }) => settled.status !== 'ready');
  if (open.length === 0) return { status: 'settled' };
  const lost = open.filter(({ settled }) => settled.status !== 'in-progress');
  if (lost.length > 0) return { because: brief(`${rendered.target}: ${spokenJudged(lost)}`), lost };
  if (now >= until) {
    const seconds = Math.round((until - since) / 1000);
    return { because: brief(`${rendered.target}: not settled within ${seconds} s: ${spokenJudged(open)}`), lost: open };
  }
  const polled = followed.polled();
  const how = polled === undefined ? '' : ` (asked for every 2 s, not watched: ${brief(polled, 200)})`;
  return {
    status: 'in-progress',
    retryAfterSeconds: 2,
    because: brief(`waiting for ${spokenJudged(open)} since ${new Date(since).toISOString()}${how}`),
  };
};
