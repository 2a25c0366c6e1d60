import { type ControlPlane, nameSuffix } from '../control-plane.ts';
import { type JsonObject, type KubeObject, numberAt, objectAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, concernsOwner, controlledBy, create, read, remove, writeStatus } from './owned.ts';
import { availabilityOf, isActive, isAvailable } from './pod-state.ts';
import { podOf, templateHash } from './pod-template.ts';
import { resolveCount } from './rolling-update.ts';

const hashLabel = 'controller-revision-hash';

const runsOn = (node: KubeObject, set: KubeObject): boolean => {
  const selector = objectAt(set.spec, 'template', 'spec', 'nodeSelector') ?? {};
  return Object.entries(selector).every(([name, value]) => node.metadata.labels?.[name] === value);
};

/** The scheduler binds a daemon's pod to its node through this affinity; so does ours. */
const boundTo = (node: string): JsonObject => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
      },
    },
  },
});

/** The node a daemon's pod is for. */
export const nodeFor = (pod: KubeObject): string | undefined =>
  stringAt(
    objectAt(pod.spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'),
    'nodeSelectorTerms',
    0,
    'matchFields',
    0,
    'values',
    0,
  );

const replaceOld = (plane: ControlPlane, set: KubeObject, pods: readonly KubeObject[], hash: string, nodes: number) => {
  if (stringAt(set.spec, 'updateStrategy', 'type') === 'OnDelete') return;
  const rolling = objectAt(set.spec, 'updateStrategy', 'rollingUpdate');
  const limit = Math.max(1, resolveCount(rolling?.maxUnavailable ?? 1, nodes, Math.ceil));
  const old = pods.filter((pod) => isActive(pod) && pod.metadata.labels?.[hashLabel] !== hash);
  const minReady = numberAt(set.spec, 'minReadySeconds') ?? 0;
  const isWell = (pod: KubeObject) => isAvailable(pod, minReady, plane.clock.now());
  const missing = nodes - pods.filter((pod) => isActive(pod) && isWell(pod)).length;
  const sick = old.filter((pod) => !isWell(pod));
  const well = old.filter(isWell).slice(0, Math.max(0, limit - missing));
  for (const pod of [...sick, ...well]) remove(plane, pod);
};

/** DaemonSets: a pod on each node that the node selector allows, replaced within maxUnavailable. */
export const daemonSetController: Controller = {
  name: 'daemonset',
  concerns: (plane, changed) =>
    changed.key.resource === 'nodes' && changed.type !== 'MODIFIED'
      ? allKeys(plane, 'daemonsets.apps')
      : concernsOwner(changed, 'daemonsets.apps', 'DaemonSet', ['pods']),
  everything: (plane) => allKeys(plane, 'daemonsets.apps'),
  reconcile: (plane, key) => {
    const set = read(plane, 'daemonsets.apps', key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const hash = templateHash(objectAt(set.spec, 'template'));
    const nodes = plane.storage.list('nodes').filter((node) => runsOn(node, set));
    const before = controlledBy(plane, 'pods', set);
    for (const node of nodes) {
      const name = node.metadata.name ?? '';
      if (before.some((pod) => nodeFor(pod) === name)) continue;
      const labels = { [hashLabel]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) };
      create(
        plane,
        'pods',
        podOf(set, `${set.metadata.name}-${nameSuffix(plane.random)}`, { labels, spec: boundTo(name) }),
      );
    }
    replaceOld(plane, set, before, hash, nodes.length);
    const pods = controlledBy(plane, 'pods', set).filter(isActive);
    const { ready, available, wakeMs } = availabilityOf(
      pods,
      numberAt(set.spec, 'minReadySeconds') ?? 0,
      plane.clock.now(),
    );
    const updated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length;
    const status: JsonObject = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: nodes.length,
      numberReady: ready,
      observedGeneration: set.metadata.generation ?? 1,
      ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
      ...(available === 0 ? {} : { numberAvailable: available }),
      ...(available === nodes.length ? {} : { numberUnavailable: nodes.length - available }),
    };
    writeStatus(plane, set, status);
    return wakeMs;
  },
};
