import { ActionRefused } from '../../console/actions.ts';
import { nearestOf } from '../../shared/fleet/nearest.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { readKnownReleases } from '../../shared/release/known-releases.ts';
import type { Hold } from '../../shared/rollout/holds.ts';

/**
 * Refuses a hold of what is not there: one that is misspelt would hold nothing, and say that it does. What is `hidden` is not there either.
 * Before anything was released, and of rollouts, every other name is taken. Throws `ActionRefused` with the nearest name.
 */
export const requireKnown = async (
  { scope, name }: Pick<Hold, 'scope' | 'name'>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'settings'>,
  hidden: ReadonlySet<string>,
): Promise<void> => {
  const found = await namesOf(scope, outside);
  if (found === undefined) return;
  // A private target's own wave has its name.
  const isHidden = (each: string) => (scope === 'target' || scope === 'wave') && hidden.has(each);
  const names = new Set([...found].filter((each) => !isHidden(each)));
  if (names.has(name) || (found.size === 0 && !isHidden(name))) return;
  const nearest = nearestOf(name, names);
  const all = names.size > 10 ? '' : `; expected one of ${[...names].sort().join(', ')}`;
  throw new ActionRefused(
    404,
    `UNKNOWN_${scope.toUpperCase()}`,
    `there is no ${scope} ${JSON.stringify(name)}${nearest === undefined ? all : `; did you mean ${nearest}?`}`,
  );
};

const namesOf = async (
  scope: Hold['scope'],
  outside: Pick<Outside, 'ledger' | 'blobs' | 'settings'>,
): Promise<ReadonlySet<string> | undefined> => {
  if (scope === 'fleet' || scope === 'rollout') return undefined;
  if (scope === 'source') return new Set([outside.settings.configRepository.name]);
  const releases = await readKnownReleases(outside);
  return new Set(
    // A private target is held before anything of its own was prepared, too; its wave has its name.
    releases.flatMap(({ waves, services, targets, following = [] }) => {
      if (scope === 'service') return Object.keys(services);
      return [...(scope === 'wave' ? waves.map(({ name }) => name) : Object.keys(targets)), ...following];
    }),
  );
};
