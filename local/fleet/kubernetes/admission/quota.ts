import { forbidden } from '../api/status-error.ts';
import type { ControlPlane } from '../control-plane.ts';
import { type JsonObject, type KubeObject, objectAt, stringAt } from '../object.ts';
import { milliOf } from '../schema/quantity.ts';
import { groupResourceOf } from '../schema/resource.ts';
import type { Attempt } from './attempt.ts';
import { objectsIn } from './pod-defaults.ts';
import { amountText, isInScope, type Usage, usageOf } from './quota-usage.ts';

/** What of a quota is used in its namespace just now, by everything that is stored there. In thousandths. */
const usedOf = (plane: ControlPlane, quota: KubeObject): Usage => {
  const hard = Object.keys(objectAt(quota.spec, 'hard') ?? {});
  const total = new Map<string, number>(hard.map((name) => [name, 0]));
  for (const resource of plane.storage.resources()) {
    for (const object of plane.storage.list(resource, quota.metadata.namespace ?? '')) {
      if (!isInScope(quota, resource, object)) continue;
      for (const [name, milli] of usageOf(resource, object)) {
        if (total.has(name)) total.set(name, (total.get(name) ?? 0) + milli);
      }
    }
  }
  return total;
};

/** The status of a quota: what is allowed, and what is used of it. */
export const quotaStatus = (plane: ControlPlane, quota: KubeObject): JsonObject => {
  const hard = objectAt(quota.spec, 'hard') ?? {};
  const used = [...usedOf(plane, quota)].map(
    ([name, milli]) => [name, amountText(milli, String(hard[name] ?? '0'))] as const,
  );
  return { hard: { ...hard }, used: Object.fromEntries(used) };
};

/** Refuses what would use more than a quota of its namespace has: a 403 StatusError, of the first quota by name. */
export const checkQuotas = (plane: ControlPlane, attempt: Attempt): void => {
  const { resource, object, oldObject, operation, namespace, subresource } = attempt;
  if (object === undefined || operation === 'DELETE' || subresource !== '' || namespace === '') return;
  const kind = groupResourceOf(resource);
  for (const quota of plane.storage.list('resourcequotas', namespace)) {
    if (!isInScope(quota, kind, object)) continue;
    const before = oldObject === undefined ? new Map<string, number>() : usageOf(kind, oldObject);
    const delta = [...usageOf(kind, object)].map(([name, milli]) => [name, milli - (before.get(name) ?? 0)] as const);
    checkStated(quota, attempt);
    checkQuota(plane, quota, attempt, new Map(delta));
  }
};

/** A quota of requests or limits has every container state them. */
const checkStated = (quota: KubeObject, { resource, name, object, operation }: Attempt): void => {
  if (groupResourceOf(resource) !== 'pods' || operation !== 'CREATE') return;
  const missing = Object.keys(objectAt(quota.spec, 'hard') ?? {})
    .toSorted()
    .flatMap((limited) => {
      const [, field = 'requests', what = ''] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(limited) ?? [];
      if (what === '') return [];
      const without = objectsIn(object?.spec?.containers).filter(
        (container) => objectAt(container, 'resources', field)?.[what] === undefined,
      );
      const names = without.map((container) => stringAt(container, 'name') ?? '').toSorted();
      return names.length === 0 ? [] : [`${limited} for: ${names.join(',')}`];
    });
  if (missing.length === 0) return;
  throw forbidden(resource, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`);
};

const checkQuota = (plane: ControlPlane, quota: KubeObject, { resource, name }: Attempt, delta: Usage): void => {
  const hard = objectAt(quota.spec, 'hard') ?? {};
  const used = usedOf(plane, quota);
  const over = Object.keys(hard)
    .toSorted()
    .filter((limited) => {
      const more = delta.get(limited) ?? 0;
      return more > 0 && (used.get(limited) ?? 0) + more > milliOf(String(hard[limited]));
    });
  if (over.length === 0) return;
  const listed = (of: (limited: string) => number) =>
    over.map((limited) => `${limited}=${amountText(of(limited), String(hard[limited]))}`).join(',');
  const requested = listed((limited) => delta.get(limited) ?? 0);
  const soFar = listed((limited) => used.get(limited) ?? 0);
  const limits = listed((limited) => milliOf(String(hard[limited])));
  const because = `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${soFar}, limited: ${limits}`;
  throw forbidden(resource, name, because);
};
