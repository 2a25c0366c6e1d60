import { canonicalJson } from '../rollout/digest.ts';
import type { Entries } from './entries.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { toTarget } from './targets.ts';

/** Two names for one cluster and namespace: two waves would release to one place. */
export const checkTargets = ({ targets }: Entries): readonly Finding[] => {
  const first = new Map<string, string>();
  return [...targets.sound].flatMap(([name, entry]) => {
    const { locator, namespace } = toTarget(name, entry);
    const place = canonicalJson({ locator, namespace });
    const earlier = first.get(place);
    if (earlier === undefined) {
      first.set(place, name);
      return [];
    }
    const what = `target ${name} is the same cluster and namespace as ${earlier}`;
    const expected = 'each cluster and namespace once';
    return [{ code: 'TARGET_TWICE', path: pointerOf(['targets', name]), what, expected, at: 'key' as const }];
  });
};
