import type { ComparedObject } from '../compare-object.ts';
import { listAt, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { type Amounts, readAmounts, sayAmount, scaleAmounts, shortOf, subtractAmounts } from './amounts.ts';
import type { PodDemand } from './pod-request.ts';
import { countsPods } from './quota-scopes.ts';
import type { RoomFinding } from './room-finding.ts';
import type { WantedPods } from './wanted-pods.ts';

/**
 * Whether the quotas of its namespace leave what a plan needs: what is created and grows must fit, or its pods are never made; of a surge
 * at least one pod where nothing may be missing meanwhile. One workload after the other, so that together they are not more either.
 * Pure.
 */
export const assessQuotas = (
  wanted: readonly WantedPods[],
  created: readonly Pick<ComparedObject, 'id' | 'manifest' | 'served'>[],
  quotas: readonly LiveObject[],
): readonly RoomFinding[] => quotas.flatMap((quota) => assessQuota(wanted, created, quota));

const assessQuota = (
  wanted: readonly WantedPods[],
  created: readonly Pick<ComparedObject, 'id' | 'manifest' | 'served'>[],
  quota: LiveObject,
): readonly RoomFinding[] => {
  const { hard, used } = objectAt(quota, 'status');
  let free = subtractAmounts(readAmounts(hard), readAmounts(used));
  const findings: RoomFinding[] = [];
  const isHere = ({ manifest }: Pick<ComparedObject, 'manifest'>) =>
    manifest.metadata.namespace === quota.metadata.namespace;
  for (const object of created.filter(isHere)) {
    const needed = withinHard(countedAs(object), free);
    const short = shortOf(needed, free);
    if (short !== undefined) findings.push(exceeded(object, quota, short, needed, free));
    free = subtractAmounts(free, needed);
  }
  for (const each of wanted.filter((one) => isHere(one) && countsPods(quota, one))) {
    const needed = withinHard(growthOf(each), free);
    const short = shortOf(needed, free);
    const one = withinHard(byQuotaName(each.demand), free);
    const left = subtractAmounts(free, needed);
    if (short !== undefined) findings.push(exceeded(each, quota, short, needed, free));
    else findings.push(...assessSurge(each, quota, one, left));
    free = left;
  }
  return findings;
};

const assessSurge = (wanted: WantedPods, quota: LiveObject, one: Amounts, left: Amounts): readonly RoomFinding[] => {
  if (wanted.surge === 0) return [];
  const first = shortOf(one, left);
  if (first !== undefined && wanted.surgesFirst) {
    const what = `${nameOf(quota)} leaves ${sayAmount(first, left[first] ?? 0)}, less than one pod more: with maxUnavailable 0 no pod can be replaced`;
    return [{ wanted, rule: 'quota-exceeded', what }];
  }
  const all = scaleAmounts(one, wanted.surge);
  const short = shortOf(all, left);
  if (short === undefined) return [];
  const what = `${nameOf(quota)} leaves ${sayAmount(short, left[short] ?? 0)}, its surge of ${wanted.surge} needs ${sayAmount(short, all[short] ?? 0)}`;
  return [{ wanted, rule: 'quota-tight', what }];
};

const exceeded = (
  wanted: RoomFinding['wanted'],
  quota: LiveObject,
  short: string,
  needed: Amounts,
  free: Amounts,
): RoomFinding => ({
  wanted,
  rule: 'quota-exceeded',
  what: `it needs ${sayAmount(short, needed[short] ?? 0)} more, and ${nameOf(quota)} leaves ${sayAmount(short, free[short] ?? 0)}`,
});

const nameOf = ({ metadata }: LiveObject): string => `ResourceQuota ${metadata.namespace}/${metadata.name}`;

/** Only what the quota limits at all. */
const withinHard = (needed: Amounts, hard: Amounts): Amounts =>
  Object.fromEntries(Object.entries(needed).filter(([name]) => name in hard));

/** What stays taken when the plan is done, beyond what is taken now. */
const growthOf = ({ demand, demandBefore, count, before, restarts }: WantedPods): Amounts => {
  const after = scaleAmounts(byQuotaName(demand), count);
  const now = scaleAmounts(byQuotaName(restarts ? demandBefore : demand), before);
  return subtractAmounts(after, now);
};

/** A pod's demand under the names that quotas have for it. */
const byQuotaName = ({ requests, limits }: PodDemand): Amounts => {
  const { pods = 0, ...resources } = requests;
  const named = Object.entries(resources).flatMap(([name, amount]) => [
    [`requests.${name}`, amount],
    // Without a prefix it means requests, for these.
    ...(['cpu', 'memory', 'ephemeral-storage'].includes(name) ? [[name, amount]] : []),
  ]);
  const capped = Object.entries(limits).map(([name, amount]) => [`limits.${name}`, amount]);
  return { ...Object.fromEntries([...named, ...capped]), pods, 'count/pods': pods };
};

/** How an object counts in quotas of objects: `count/deployments.apps`, and of some core kinds by an older name too. */
const countedAs = ({ manifest, served }: Pick<ComparedObject, 'manifest' | 'served'>): Amounts => {
  const { group, plural } = served;
  const counts: Record<string, number> = { [`count/${plural}${group === '' ? '' : `.${group}`}`]: 1000 };
  if (group === '' && plural !== 'pods') counts[plural] = 1000;
  if (group === '' && plural === 'services') {
    const type = textAt(manifest, 'spec', 'type');
    if (type === 'LoadBalancer') counts['services.loadbalancers'] = 1000;
    if (type === 'LoadBalancer' || type === 'NodePort') {
      counts['services.nodeports'] = 1000 * listAt(manifest, 'spec', 'ports').length;
    }
  }
  return counts;
};
