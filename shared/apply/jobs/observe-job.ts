import { listCollection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { identityOf } from '../object-id.ts';
import { assessLanding } from '../settle/assess-landing.ts';
import type { Judged } from '../settle/assess-workload.ts';
import { followPods } from '../settle/follow-pods.ts';
import { judgeLandings, rememberTrouble } from '../settle/judge-landings.ts';
import type { Writing } from '../writing.ts';

/**
 * Judges a Job by its status, its pods and their events, as settling does: one whose image does not exist has failed long before its
 * deadline. One LIST of its pods a look; since when trouble lasts is remembered from look to look. Reads only.
 */
export const observeJob = ({
  cluster,
  clock,
  invocation: { signal },
}: Pick<Writing, 'cluster' | 'clock' | 'invocation'>): ((live: LiveObject) => Promise<Judged>) => {
  const memory = rememberTrouble();
  return async (live) => {
    const pods = followPods({
      follow: async (collection) => {
        const listed = await listCollection(cluster, collection, signal);
        return { objects: () => listed.objects };
      },
    });
    const judge = judgeLandings(pods, { cluster, clock, signal }, memory);
    const id = identityOf(live);
    const landing = assessLanding(id, live, undefined, clock.now());
    const [judged = landing] = await judge([landing], new Map([[id, live]]));
    return judged;
  };
};
