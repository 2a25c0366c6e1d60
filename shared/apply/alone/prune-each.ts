import type { ObjectId } from '../../rollout/plan.ts';
import { refusedLine } from '../alone-words.ts';
import { getObject } from '../api-requests.ts';
import { coverageOf, parentName, readParent, sameCoverage, unionOfCoverage } from '../apply-set.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { pathOf } from '../discovery.ts';
import { parseObjectId, spoken } from '../object-id.ts';
import type { Pruning } from '../prune-members.ts';
import { pruneCompared } from '../prune-objects.ts';
import { configMaps, type OwnSet } from '../read-live.ts';
import { assessHeld } from './assess-held.ts';
import { insist } from './patience.ts';
import { type Setting, writingOf } from './setting.ts';

/**
 * Removes the members that are no longer wanted, and tells of each. Where nobody waits until objects are ready, what pods of before may
 * still read stays until the next time. Returns what stays.
 */
export const pruneEach = async (setting: Setting, compared: ComparedTarget): Promise<readonly ObjectId[]> => {
  const { input, clock, telling } = setting;
  const held = input.wait ? new Set<ObjectId>() : assessHeld(compared, clock.now());
  for (const id of held) {
    telling.say(`${spoken(id)} left the set and stays until the pods that may read it are replaced; apply again`);
  }
  const going: ComparedTarget = {
    ...compared,
    prunes: compared.prunes.filter(({ id }) => !held.has(id)),
    kept: [...compared.kept, ...compared.prunes.filter(({ id }) => held.has(id))],
  };
  const kept = going.kept.map(({ id }) => id).sort();
  if (isExact(going, input.namespace)) return kept;
  const tried = await insist(setting, () => pruneNow(setting, going));
  if ('trouble' in tried) {
    for (const { id } of going.prunes) telling.tell({ identity: id, action: 'failed', reason: tried.trouble.message });
  }
  return kept;
};

/** Nothing leaves the set, and its inventory covers no more than it has: there is nothing that pruning could do. */
const isExact = ({ objects, prunes, kept, sets }: ComparedTarget, namespace: string): boolean => {
  const members = [...objects, ...kept].map(({ id }) => parseObjectId(id));
  const exact = coverageOf(members, namespace);
  return prunes.length === 0 && sets.every((set) => sameCoverage(unionOfCoverage(set, exact), exact));
};

const pruneNow = async (setting: Setting, compared: ComparedTarget): Promise<void> => {
  const { input, rendered, clock, invocation, telling } = setting;
  const sets = await asTheyAre(setting, compared);
  const waitUntil = Math.min(clock.now() + input.patienceMs, invocation.deadline);
  const pruning: Pruning = {
    waitUntil,
    ...(input.wait ? {} : { isHasty: true }),
    ended: (id, how) =>
      telling.tell('code' in how ? refusedLine(id, how) : { identity: id, action: 'pruned', reason: how.because }),
  };
  const place = { target: rendered.target, namespace: input.namespace };
  const { stopped, later } = await pruneCompared({ ...compared, sets }, place, writingOf(setting), pruning);
  if (later !== undefined) telling.say(later.because);
  for (const { id } of stopped === undefined ? [] : compared.prunes) {
    telling.tell({ identity: id, action: 'skipped', reason: 'interrupted before it was removed' });
  }
};

/** The inventories as we have left them by now; one that somebody else has changed since is left to that one. */
const asTheyAre = async (
  { input, rendered, cluster, invocation }: Setting,
  { objects, sets }: ComparedTarget,
): Promise<readonly OwnSet[]> => {
  const own = coverageOf(
    objects.map(({ id }) => parseObjectId(id)),
    input.namespace,
  );
  const place = { target: rendered.target, namespace: input.namespace, services: [input.set] };
  const path = pathOf(configMaps, input.namespace, parentName(input.set));
  const parent = await getObject(cluster, path, invocation.signal);
  const read = parent && readParent(parent, place);
  if (parent === undefined || read === undefined || 'foreign' in read) return [];
  return sets
    .filter((set) => set.service === input.set && sameCoverage(read, unionOfCoverage(set, own)))
    .map((set) => ({ ...set, ...read, parent }));
};
