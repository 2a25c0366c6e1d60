import type { Cluster } from '../../clouds/cluster.ts';
import type { Finding } from '../../rollout/plan.ts';
import type { ComparedObject } from '../compare-object.ts';
import { findingOf } from '../lint/lint-objects.ts';
import type { LiveObject } from '../live-object.ts';
import { isKind } from '../object-id.ts';
import { assessBudgets } from './assess-budgets.ts';
import { assessNodes } from './assess-nodes.ts';
import { assessQuotas } from './assess-quotas.ts';
import { priorityIn, readRoom } from './read-room.ts';
import { roomRules } from './room-finding.ts';
import { wantedPods } from './wanted-pods.ts';

/** What was found of the room on a target, and the budgets that were read for it. */
export interface LintedRoom {
  readonly room: readonly Finding[];
  readonly budgets: readonly LiveObject[];
}

/**
 * Whether a target has room for what a plan starts: quotas, nodes, what would be evicted, budgets that are used up. Nothing is read
 * where no workload is created, restarted or grown. What could not be read is a finding too.
 */
export const lintRoom = async (
  objects: readonly ComparedObject[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<LintedRoom> => {
  const wanted = wantedPods(objects);
  if (wanted.length === 0) return { room: [], budgets: [] };
  const { nodes, quotas, budgets, unread } = await readRoom(cluster, wanted, signal);
  const manifests = objects.map(({ manifest }) => manifest);
  const classes = [
    ...manifests.filter((object) => isKind(object, 'scheduling.k8s.io', 'PriorityClass')),
    ...(nodes?.classes ?? []),
  ];
  const prioritised = wanted.map((each) => ({ ...each, ...priorityIn(each.spec, classes) }));
  const created = objects.filter(({ action }) => action === 'create');
  const found = [
    ...(nodes === undefined ? [] : assessNodes(prioritised, nodes.nodes, nodes.pods)),
    ...assessQuotas(wanted, created, quotas),
    ...assessBudgets(wanted, budgets),
  ];
  const room = [
    ...found.map(({ wanted: of, rule, what }) => findingOf(of, rule, roomRules[rule].severity, what)),
    ...unread.map(
      (what): Finding => ({
        rule: 'room-not-checked',
        severity: 'warning',
        because: `whether there is room was not checked: ${what}`,
      }),
    ),
  ];
  return { room, budgets };
};
