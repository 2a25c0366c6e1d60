import { type ControlPlane, timeOf } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, numberAt, objectAt } from '../object.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, controllerOf, nameKey, read, writeStatus } from './owned.ts';
import { conditionOf, isActive, isReady } from './pod-state.ts';
import { resolveCount } from './rolling-update.ts';

const budgets = 'poddisruptionbudgets.policy';

const selects = (budget: KubeObject, pod: KubeObject) =>
  matches(requirementsOf(objectAt(budget.spec, 'selector')) ?? [], pod.metadata.labels);

/** How many pods the workloads behind these pods want: their owners' replicas, else as many as there are. */
const expectedPods = (plane: ControlPlane, pods: readonly KubeObject[]): number => {
  const owners = new Set(pods.map((pod) => controllerOf(pod)?.uid));
  const sets = ['replicasets.apps', 'statefulsets.apps'].flatMap((resource) => plane.storage.list(resource));
  const wanted = sets
    .filter(({ metadata }) => owners.has(metadata.uid))
    .reduce((sum, set) => sum + (numberAt(set.spec, 'replicas') ?? 1), 0);
  return Math.max(wanted, pods.length);
};

const desiredHealthy = (budget: KubeObject, expected: number): number => {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined) return Math.max(0, expected - resolveCount(maxUnavailable, expected, Math.ceil));
  return resolveCount(minAvailable ?? 1, expected, Math.ceil);
};

/** PodDisruptionBudgets: how many of their pods may be evicted just now. */
export const disruptionController: Controller = {
  name: 'disruption',
  concerns: (plane, changed) => {
    if (changed.key.resource === budgets) return [nameKey(changed.key)];
    if (changed.key.resource !== 'pods') return [];
    const concerned = plane.storage
      .list(budgets, changed.key.namespace)
      .filter((budget) => selects(budget, changed.object));
    return concerned.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  },
  everything: (plane) => allKeys(plane, budgets),
  reconcile: (plane, key) => {
    const budget = read(plane, budgets, key);
    if (budget === undefined || !isJsonObject(budget.spec)) return undefined;
    const pods = plane.storage
      .list('pods', budget.metadata.namespace)
      .filter((pod) => isActive(pod) && selects(budget, pod));
    const expected = expectedPods(plane, pods);
    const desired = desiredHealthy(budget, expected);
    const healthy = pods.filter(isReady).length;
    const allowed = Math.max(0, healthy - desired);
    const before = conditionOf(budget, 'DisruptionAllowed');
    const status = allowed > 0 ? 'True' : 'False';
    const condition: JsonObject = {
      type: 'DisruptionAllowed',
      status,
      observedGeneration: budget.metadata.generation ?? 1,
      lastTransitionTime: before?.status === status ? String(before.lastTransitionTime) : timeOf(plane),
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    };
    writeStatus(plane, budget, {
      observedGeneration: budget.metadata.generation ?? 1,
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: [condition],
    });
    return undefined;
  },
};
