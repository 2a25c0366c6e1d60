import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { AloneLine } from '../alone-words.ts';
import { applySetId, partOfLabel } from '../apply-set.ts';
import type { ComparedObject } from '../compare-object.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { pathOf } from '../discovery.ts';
import { inFlight } from '../in-flight.ts';
import { type Collection, listCollection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { isAppliedOtherwise } from '../managed-fields.ts';
import { objectId } from '../object-id.ts';
import { overtakenSince } from '../overtaken.ts';
import { isQuiet } from './is-quiet.ts';
import { insist } from './patience.ts';
import type { Setting } from './setting.ts';
import type { WrittenEach } from './write-each.ts';

/**
 * Where nobody waits, tells last of what was found as wanted; whether all of the set is as wanted now. Two that apply the set at the same
 * time, and change other objects of it each, meet in none: so it is listed once more, unless nobody but us has written to the cluster since
 * it was read (`isQuiet`). Of two at least the one that ends later finds what the other has done; of what was told as written already it
 * tells again.
 */
export const tellUnwaited = async (
  setting: Setting,
  compared: ComparedTarget,
  written: WrittenEach,
): Promise<boolean> => {
  const { telling } = setting;
  const lines = [...written.lines.values()];
  const tellAll = (tell: (line: AloneLine) => AloneLine): boolean => {
    const told = lines.map(tell);
    for (const line of told) telling.tell(line);
    return told.every(({ action }) => action !== 'failed');
  };
  if (!written.isWhole || written.writes === 0 || isQuiet(compared, written)) return tellAll((line) => line);
  const meant = new Map(compared.objects.map((object) => [object.id, object]));
  const objects = lines.flatMap(({ identity }) => meant.get(identity) ?? []);
  const looked = await insist(setting, () => listAgain(setting, objects));
  if ('trouble' in looked) {
    telling.say(brief(`whether another has changed the set meanwhile is not known: ${looked.trouble.message}`));
    tellAll((line) => line);
    return false;
  }
  return tellAll((line) => {
    const manifest = meant.get(line.identity)?.manifest;
    const live = looked.result.get(line.identity);
    const isStill = manifest !== undefined && live !== undefined && !isAppliedOtherwise(manifest, live);
    return isStill ? line : { ...line, action: 'failed', reason: overtakenSince };
  });
};

/** Objects of the set, by id, as they are now: one LIST per kind and namespace of these. */
const listAgain = async (
  { cluster, input, invocation }: Setting,
  objects: readonly ComparedObject[],
): Promise<ReadonlyMap<ObjectId, LiveObject>> => {
  const selector = encodeURIComponent(`${partOfLabel}=${applySetId(input.set, input.namespace)}`);
  const collections = new Map<string, Collection>();
  for (const { served, manifest } of objects) {
    const path = `${pathOf(served, manifest.metadata.namespace ?? '')}?labelSelector=${selector}`;
    collections.set(path, { served, path });
  }
  const listed = await inFlight([...collections.values()], async ({ served, path }) => {
    const { group, kind } = served;
    const found = await listCollection(cluster, { served, path }, invocation.signal);
    return found.objects.map((object): [ObjectId, LiveObject] => {
      const { namespace = '', name } = object.metadata;
      return [objectId({ group, kind, namespace, name }), object];
    });
  });
  return new Map(listed.flat());
};
