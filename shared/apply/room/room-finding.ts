import type { WantedPods } from './wanted-pods.ts';

/** What a workload will lack. `error`: it can not run, or only at the cost of others; `warning`: it may have to wait. */
export interface RoomFinding {
  readonly wanted: Pick<WantedPods, 'id' | 'manifest'>;
  readonly rule: RoomRule;
  readonly severity: 'error' | 'warning';
  readonly what: string;
}

/** What room is judged by, for the list of rules. */
export const roomRules = {
  'no-room': 'no node that takes a pod could ever hold it, or a DaemonSet has no room on a node where it must run',
  'little-room': 'pods, or the surge of a rollout, do not all fit on the nodes as they are',
  'no-node': 'no node takes the pods: labels, affinity and taints leave none',
  preemption: 'pods of lower priority would be evicted to make room',
  'quota-exceeded': 'a ResourceQuota does not leave what is needed, or not the one pod more that a rollout begins with',
  'quota-tight': 'a ResourceQuota leaves less than the surge of a rollout',
  'budget-exhausted': 'a live PodDisruptionBudget of a workload that restarts allows no disruption now',
} as const;

export type RoomRule = keyof typeof roomRules;
