import { brief } from '../rollout/outcome.ts';
import type { ComparedObject } from './compare-object.ts';
import { listCollection } from './list-collection.ts';
import type { LiveObject } from './live-object.ts';
import { assessLanding } from './settle/assess-landing.ts';
import { followPods } from './settle/follow-pods.ts';
import { judgeLandings, rememberTrouble } from './settle/judge-landings.ts';
import { spokenJudged } from './settle/spoken-judged.ts';
import type { RuleOf } from './settled/settled-by-rule.ts';
import type { FollowingOutside } from './watch/follow-collections.ts';

/** What has become of a set that had settled. `because` is one sentence. */
export type Stillness =
  | { readonly status: 'settled' }
  | { readonly status: 'lost' | 'unsettled'; readonly because: string };

/**
 * Whether objects that had settled still run, as they were just read: only pods, and of what is in trouble events, are read beside them.
 * Waits for nothing. A container that was restarted and runs counts as running, since nothing is known of the time before this look.
 * `lost`: something failed or is gone; `unsettled`: something is on its way, as after a node was drained.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when pods can not be read.
 */
export const stillSettled = async (
  objects: readonly ComparedObject[],
  ruleOf: RuleOf,
  { cluster, clock, signal }: Omit<FollowingOutside, 'until'>,
): Promise<Stillness> => {
  const pods = followPods({
    follow: async (collection) => {
      const listed = await listCollection(cluster, collection, signal);
      return { objects: () => listed.objects };
    },
  });
  const judge = judgeLandings(pods, { cluster, clock, signal }, rememberTrouble());
  const landings = objects.map(({ id, live, served }) =>
    assessLanding(id, live, undefined, clock.now(), { ...served, ...ruleOf(served) }),
  );
  const live = new Map(objects.flatMap(({ id, live }): [typeof id, LiveObject][] => (live ? [[id, live]] : [])));
  const open = (await judge(landings, live)).filter(
    ({ settled }) => settled.status !== 'ready' && settled.reason !== 'Restarted',
  );
  const lost = open.filter(({ settled }) => settled.status !== 'in-progress');
  if (open.length === 0) return { status: 'settled' };
  return lost.length > 0
    ? { status: 'lost', because: brief(spokenJudged(lost)) }
    : { status: 'unsettled', because: brief(spokenJudged(open)) };
};
