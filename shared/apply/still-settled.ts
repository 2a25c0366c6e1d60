import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import { brief } from '../rollout/outcome.ts';
import { type Applied, followLandings } from './settle/follow-landings.ts';
import { spokenJudged } from './settle/spoken-judged.ts';

/** What has become of a set that had settled. `because` is one sentence. */
export type Stillness =
  | { readonly status: 'settled' }
  | { readonly status: 'lost' | 'unsettled'; readonly because: string };

/**
 * Whether a set that had settled still runs: one look, which waits for nothing. A container that was restarted and runs counts as running,
 * since nothing is known of the time before this look. `lost`: something failed or is gone; `unsettled`: something is on its way, as after
 * a node was drained. Reads only. @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the set can not be read.
 */
export const stillSettled = async (
  applied: Omit<Applied, 'progress'>,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Stillness> => {
  const followed = await followLandings({ ...applied, progress: {} }, { cluster, clock, signal, until: clock.now() });
  try {
    const open = (await followed.look()).filter(
      ({ settled }) => settled.status !== 'ready' && settled.reason !== 'Restarted',
    );
    const lost = open.filter(({ settled }) => settled.status !== 'in-progress');
    if (open.length === 0) return { status: 'settled' };
    return lost.length > 0
      ? { status: 'lost', because: brief(spokenJudged(lost)) }
      : { status: 'unsettled', because: brief(spokenJudged(open)) };
  } finally {
    await followed.close();
  }
};
